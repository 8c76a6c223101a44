using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Protocols;

/// <summary>Bytes that no sane peer sends.</summary>
internal static class Noise
{
    /// <summary>Good messages with up to three bytes changed and the end cut off, and bytes that never were a message.</summary>
    public static Arbitrary<byte[]> Around(IReadOnlyList<byte[]> messages)
    {
        var damaged = from message in Gen.Elements<byte[]>(messages)
                      from changes in Gen.Choose(0, 3)
                      from places in Gen.Choose(0, message.Length - 1).ListOf(changes)
                      from values in Gen.Choose(0, 255).ListOf(changes)
                      from length in Gen.Frequency((3, Gen.Constant(message.Length)), (1, Gen.Choose(0, message.Length)))
                      select Damage(message, places, values)[..length];
        return Gen.Frequency((4, damaged), (1, ArbMap.Default.GeneratorFor<byte[]>())).ToArbitrary();
    }

    private static byte[] Damage(byte[] message, IEnumerable<int> places, IEnumerable<int> values)
    {
        var copy = (byte[])message.Clone();
        foreach (var (place, value) in places.Zip(values))
        {
            copy[place] = (byte)value;
        }

        return copy;
    }
}
