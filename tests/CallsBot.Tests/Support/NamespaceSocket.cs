using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CallsBot.Tests.Support;

/// <summary>Makes a UDP socket inside a network namespace; it stays there, whoever uses it.</summary>
internal static class NamespaceSocket
{
    private const int NetworkNamespace = 0x4000_0000;

    public static Socket Bind(string namespaceName, IPEndPoint endPoint)
    {
        Socket? socket = null;
        Exception? fault = null;

        // A namespace is a thread's own: this one ends with it.
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle($"/run/netns/{namespaceName}");
                if (SetNamespace((int)handle.DangerousGetHandle(), NetworkNamespace) != 0)
                {
                    throw new InvalidOperationException($"The namespace {namespaceName} cannot be entered: error {Marshal.GetLastPInvokeError()}.");
                }

                socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                socket.Bind(endPoint);
            }
            catch (Exception ex) when (ex is InvalidOperationException or SocketException or IOException)
            {
                fault = ex;
            }
        });
        thread.Start();
        thread.Join();
        return fault is null ? socket! : throw new InvalidOperationException(fault.Message, fault);
    }

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetNamespace(int descriptor, int kind);
}
