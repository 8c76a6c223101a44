using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace CallsBot.Protocols.Dns;

/// <summary>What is asked for (RFC 1035 §3.2.2, RFC 3596 §2.1).</summary>
public enum DnsRecordType : ushort
{
    A = 1,
    Aaaa = 28,
}

/// <summary>How a name server ended (RFC 1035 §4.1.1). Others may come.</summary>
public enum DnsResponseCode
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
}

/// <summary>As much of the name service's protocol as it takes to ask a given server for a host's addresses.</summary>
public static class DnsMessage
{
    /// <summary>Longest message over UDP without extensions (RFC 1035 §2.3.4).</summary>
    public const int LongestOverUdp = 512;

    private const int HeaderLength = 12;
    private const ushort InternetClass = 1;

    /// <summary>A pointer may lead to a pointer; no name has more labels than this (RFC 1035 §2.3.4).</summary>
    private const int MostLabels = 128;

    /// <param name="id">Comes back in the answer.</param>
    /// <param name="host">ASCII; with or without a dot at the end. Throws <see cref="ArgumentException"/> for what is no name.</param>
    /// <param name="type">Which records.</param>
    public static byte[] Query(ushort id, string host, DnsRecordType type)
    {
        var name = host.EndsWith('.') ? host[..^1] : host;
        var labels = name.Split('.');
        if (name.Length > 253 || !Ascii.IsValid(name) || labels.Any(label => label.Length is 0 or > 63))
        {
            throw new ArgumentException("The host is not a name that can be asked for.", nameof(host));
        }

        var message = new byte[HeaderLength + name.Length + 2 + 4];
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        message[2] = 1; // recursion desired
        message[5] = 1; // one question
        var at = HeaderLength;
        foreach (var label in labels)
        {
            message[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, message.AsSpan(at));
        }

        at++;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at), (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at + 2), InternetClass);
        return message;
    }

    /// <summary>Never throws, whatever the bytes.</summary>
    /// <returns>Null when the bytes are not a whole answer to one question.</returns>
    public static DnsAnswer? TryRead(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderLength || (message[2] & 0x80) == 0 || Short(message, 4) != 1)
        {
            return null;
        }

        var at = HeaderLength;
        if (!TryReadName(message, ref at, out var host) || message.Length - at < 4)
        {
            return null;
        }

        var type = (DnsRecordType)Short(message, at);
        at += 4;
        var isTruncated = (message[2] & 2) != 0;
        var addresses = new List<IPAddress>();
        for (var left = Short(message, 6); left > 0; left--)
        {
            // Name, type, class, seconds to live, length of the data (RFC 1035 §4.1.3).
            if (!TrySkipName(message, ref at) || message.Length - at < 10 || message.Length - at - 10 < Short(message, at + 8))
            {
                if (isTruncated)
                {
                    break;
                }

                return null;
            }

            var length = Short(message, at + 8);
            var isAddress = ((DnsRecordType)Short(message, at), length) is (DnsRecordType.A, 4) or (DnsRecordType.Aaaa, 16);
            if (isAddress && Short(message, at + 2) == InternetClass)
            {
                addresses.Add(new IPAddress(message.Slice(at + 10, length)));
            }

            at += 10 + length;
        }

        return new DnsAnswer(
            Short(message, 0), host, type, (DnsResponseCode)(message[3] & 0x0f), isTruncated, addresses);
    }

    private static ushort Short(ReadOnlySpan<byte> message, int at) => BinaryPrimitives.ReadUInt16BigEndian(message[at..]);

    private static bool TrySkipName(ReadOnlySpan<byte> message, ref int at) => TryReadName(message, ref at, out _);

    /// <summary>Labels, ended by an empty one or by a pointer to where the rest stands (RFC 1035 §4.1.4).</summary>
    private static bool TryReadName(ReadOnlySpan<byte> message, ref int at, out string name)
    {
        name = "";
        var text = new StringBuilder();
        var from = at;
        int? end = null;
        for (var labels = 0; labels < MostLabels; labels++)
        {
            if (from >= message.Length)
            {
                return false;
            }

            int length = message[from];
            if (length >= 0xc0)
            {
                if (from + 1 >= message.Length)
                {
                    return false;
                }

                end ??= from + 2;
                from = ((length & 0x3f) << 8) | message[from + 1];
            }
            else if (length > 63 || from + 1 + length > message.Length)
            {
                return false;
            }
            else if (length == 0)
            {
                at = end ?? from + 1;
                name = text.ToString();
                return true;
            }
            else
            {
                text.Append(text.Length > 0 ? "." : "").Append(Encoding.Latin1.GetString(message.Slice(from + 1, length)));
                from += 1 + length;
            }
        }

        return false;
    }
}

/// <summary>What a name server answered.</summary>
/// <param name="Id">As in the query.</param>
/// <param name="Host">The name that was asked for, without a dot at the end; in the server's letters.</param>
/// <param name="Type">What was asked for.</param>
/// <param name="Code">How it ended.</param>
/// <param name="IsTruncated">There was more than fits.</param>
/// <param name="Addresses">Those in the answer, of the name itself or of what it is an alias of.</param>
public sealed record DnsAnswer(
    ushort Id, string Host, DnsRecordType Type, DnsResponseCode Code, bool IsTruncated, IReadOnlyList<IPAddress> Addresses);
