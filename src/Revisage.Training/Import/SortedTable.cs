using System.Buffers.Binary;

namespace Revisage.Training.Import;

/// <summary>
/// LevelDB's sorted table (doc/table_format.md there), as TensorFlow writes the index of a checkpoint: blocks of
/// keys, each stored as what differs from the key before, and an index block of where they are.
/// </summary>
internal static class SortedTable
{
    private const int FooterLength = 48;
    private const int TrailerLength = 5;
    private const ulong Magic = 0xdb4775248b80fb57;
    private const int KeyLimit = 1_000;
    private const int EntryLimit = 20_000;

    /// <summary>Every key and its value, ascending.</summary>
    /// <exception cref="InvalidDataException">The table is damaged, or compressed.</exception>
    public static IReadOnlyList<(byte[] Key, byte[] Value)> Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < FooterLength || BinaryPrimitives.ReadUInt64LittleEndian(file[^8..]) != Magic)
        {
            throw new InvalidDataException("it does not end as the index of a TensorFlow checkpoint does: it is cut short, or of another kind.");
        }

        var footer = file[^FooterLength..];
        Handle(ref footer);
        var entries = new List<(byte[] Key, byte[] Value)>();
        foreach (var (_, handle) in Entries(Block(file, Handle(ref footer))))
        {
            ReadOnlySpan<byte> place = handle;
            foreach (var entry in Entries(Block(file, Handle(ref place))))
            {
                // Also keeps the index from naming one block again and again.
                if (entries.Count > 0 && entries[^1].Key.AsSpan().SequenceCompareTo(entry.Key) >= 0)
                {
                    throw new InvalidDataException("its keys are not in order.");
                }

                entries.Add(entry);
                if (entries.Count > EntryLimit)
                {
                    throw new InvalidDataException($"it has more than {EntryLimit} entries.");
                }
            }
        }

        return entries;
    }

    private static (ulong Offset, ulong Size) Handle(scoped ref ReadOnlySpan<byte> from) => (ProtoReader.Varint(ref from), ProtoReader.Varint(ref from));

    // A block is followed by its compression and a checksum over both.
    private static ReadOnlySpan<byte> Block(ReadOnlySpan<byte> file, (ulong Offset, ulong Size) handle)
    {
        var available = (ulong)(file.Length - FooterLength);
        if (handle.Offset > available || handle.Size > available - handle.Offset || available - handle.Offset - handle.Size < TrailerLength)
        {
            throw new InvalidDataException($"a block of {handle.Size} bytes at {handle.Offset} lies outside it.");
        }

        var block = file.Slice((int)handle.Offset, (int)handle.Size + TrailerLength);
        if (Crc32.MaskedCastagnoli(block[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(block[^4..]))
        {
            throw new InvalidDataException($"the block at byte {handle.Offset} does not match its checksum.");
        }

        return block[^TrailerLength] == 0
            ? block[..^TrailerLength]
            : throw new InvalidDataException("its blocks are compressed, which TensorFlow does not do for checkpoints. Save it again with TensorFlow.");
    }

    private static List<(byte[] Key, byte[] Value)> Entries(ReadOnlySpan<byte> block)
    {
        // It ends with the places of its whole keys, which only a search needs, and their number.
        var restarts = block.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(block[^4..]) : uint.MaxValue;
        if (restarts > (block.Length - 4) / 4)
        {
            throw new InvalidDataException("a block claims more keys than it has bytes.");
        }

        var rest = block[..^(4 + (4 * (int)restarts))];
        var entries = new List<(byte[] Key, byte[] Value)>();
        byte[] last = [];
        while (!rest.IsEmpty)
        {
            var (shared, added, length) = (ProtoReader.Varint(ref rest), ProtoReader.Varint(ref rest), ProtoReader.Varint(ref rest));
            if (shared > (ulong)last.Length || added > KeyLimit - shared)
            {
                throw new InvalidDataException($"a key takes {shared} bytes of the one before, which has {last.Length}, and adds {added}.");
            }

            last = [.. last.AsSpan(0, (int)shared), .. ProtoReader.Take(ref rest, added)];
            entries.Add((last, ProtoReader.Take(ref rest, length).ToArray()));
            if (entries.Count > EntryLimit)
            {
                throw new InvalidDataException($"a block has more than {EntryLimit} entries.");
            }
        }

        return entries.Count > 0 ? entries : throw new InvalidDataException("a block has no entries.");
    }
}
