using System.Globalization;
using System.Text;
using Revisage.Torch;

namespace Revisage.Training.Import;

/// <summary>
/// TensorFlow's checkpoints of version 2: an index (PREFIX.index) and the bytes of its tensors
/// (PREFIX.data-00000-of-00001).
/// </summary>
/// <remarks>
/// Written from the format's description (tensorflow/core/protobuf/tensor_bundle.proto; <see cref="SortedTable"/>),
/// and tested on files that the tests write by it. Not verified against files of TensorFlow itself, which was not at hand.
/// </remarks>
public static class TensorFlowCheckpoint
{
    private const string IndexSuffix = ".index";
    private const long IndexLimit = 64 << 20;
    private const int ShardLimit = 10_000;

    // The numbers of types.proto.
    private const ulong TextType = 7;

    private static readonly Dictionary<ulong, ScalarType> ElementTypes = new()
    {
        [1] = ScalarType.Float,
        [2] = ScalarType.Double,
        [3] = ScalarType.Int,
        [4] = ScalarType.Byte,
        [9] = ScalarType.Long,
        [10] = ScalarType.Bool,
        [14] = ScalarType.BFloat16,
        [19] = ScalarType.Half,
    };

    /// <summary>Whether <paramref name="path"/> names a checkpoint of TensorFlow's: its index, or the prefix of one.</summary>
    public static bool IsAt(string path) => path.EndsWith(IndexSuffix, StringComparison.Ordinal) || (!File.Exists(path) && File.Exists(path + IndexSuffix));

    /// <summary>Every tensor under its variable's name, in TensorFlow's layout (<see cref="ToTorch"/> turns it). Tensors of text are named in the metadata alone.</summary>
    /// <exception cref="RevisageException">A file is absent or damaged, or the checkpoint is of a kind that is not read.</exception>
    public static ImportedCheckpoint Read(string prefixOrIndex)
    {
        var prefix = prefixOrIndex.EndsWith(IndexSuffix, StringComparison.Ordinal) ? prefixOrIndex[..^IndexSuffix.Length] : prefixOrIndex;
        try
        {
            using var shards = new Shards(prefix);
            return Read(prefix, ReadIndex(prefix + IndexSuffix), shards);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            throw ImportErrors.Of(prefixOrIndex, e);
        }
    }

    /// <summary>Weights of convolutions from [H, W, In, Out] to [Out, In, H, W], of dense layers from [In, Out] to [Out, In]; others as they are.</summary>
    public static StoredArray ToTorch(StoredArray array)
    {
        ArgumentNullException.ThrowIfNull(array);
        int[] order = array.Shape.Count switch { 4 => [3, 2, 0, 1], 2 => [1, 0], _ => [] };
        if (order.Length == 0)
        {
            return array;
        }

        var strides = Strided.RowMajor([.. array.Shape]);
        long[] shape = [.. order.Select(axis => array.Shape[axis])];
        return array with { Shape = shape, Bytes = Strided.Copy(array.Bytes.Span, array.Type.Size(), shape, [.. order.Select(axis => strides[axis])], 0) };
    }

    private static IReadOnlyList<(byte[] Key, byte[] Value)> ReadIndex(string path)
    {
        var length = new FileInfo(path) is { Exists: true } file ? file.Length : throw new FileNotFoundException($"There is no '{path}'.");
        return length <= IndexLimit
            ? SortedTable.Read(File.ReadAllBytes(path))
            : throw new InvalidDataException($"its index has {length} bytes, where {IndexLimit} are read.");
    }

    private static ImportedCheckpoint Read(string prefix, IReadOnlyList<(byte[] Key, byte[] Value)> entries, Shards shards)
    {
        if (entries.Count == 0 || entries[0].Key.Length > 0)
        {
            throw new InvalidDataException("its index has no header.");
        }

        shards.Count = ShardsOf(entries[0].Value);
        var arrays = new List<ImportedArray>();
        var metadata = new Dictionary<string, string>();
        foreach (var (key, value) in entries.Skip(1))
        {
            var name = Encoding.UTF8.GetString(key);
            if (!ImportedCheckpoint.IsName(name))
            {
                throw new InvalidDataException("a tensor has a name with control characters.");
            }

            var entry = BundleEntry.Parse(value);
            if (entry.Type == TextType)
            {
                metadata.Add(name, "text, not imported");
                continue;
            }

            arrays.Add(new ImportedArray("", ReadArray(name, entry, shards)));
        }

        return new ImportedCheckpoint(prefix, arrays, metadata);
    }

    private static StoredArray ReadArray(string name, BundleEntry entry, Shards shards)
    {
        if (entry.IsSliced)
        {
            throw new InvalidDataException($"'{name}' is saved in slices, which are not read. Save it unpartitioned.");
        }

        if (!ElementTypes.TryGetValue(entry.Type, out var type))
        {
            throw new InvalidDataException($"'{name}' has TensorFlow's element type {entry.Type}, which is not among {string.Join(", ", ElementTypes.Keys)}.");
        }

        if (entry.Shape.Any(extent => extent < 0) || Strided.Count(entry.Shape.ToArray()) is var count && (entry.Size % type.Size() != 0 || count != entry.Size / type.Size()))
        {
            throw new InvalidDataException($"'{name}' of {type} {string.Join('x', entry.Shape)} has {entry.Size} bytes.");
        }

        var bytes = shards.Read(name, entry.Shard, entry.Offset, entry.Size);
        return Crc32.MaskedCastagnoli(bytes) == entry.Checksum
            ? new StoredArray(name, type, entry.Shape, bytes)
            : throw new InvalidDataException($"'{name}' does not match its checksum: the data is damaged.");
    }

    // BundleHeaderProto: num_shards = 1, endianness = 2, version = 3.
    private static int ShardsOf(ReadOnlySpan<byte> header)
    {
        var (shards, order) = (0UL, 0UL);
        for (var fields = new ProtoReader(header); fields.Next();)
        {
            (shards, order) = fields.Field switch { 1 => (fields.Number, order), 2 => (shards, fields.Number), _ => (shards, order) };
        }

        if (order != 0)
        {
            throw new InvalidDataException("its numbers are not little-endian. Save it again on a little-endian machine.");
        }

        return shards is > 0 and <= ShardLimit ? (int)shards : throw new InvalidDataException($"it claims {shards} data files.");
    }

    // BundleEntryProto: dtype = 1, shape = 2, shard_id = 3, offset = 4, size = 5, crc32c = 6, slices = 7.
    private sealed record BundleEntry(ulong Type, IReadOnlyList<long> Shape, long Shard, long Offset, long Size, uint Checksum, bool IsSliced)
    {
        public static BundleEntry Parse(ReadOnlySpan<byte> message)
        {
            var entry = new BundleEntry(0, [], 0, 0, 0, 0, false);
            for (var fields = new ProtoReader(message); fields.Next();)
            {
                var number = (long)fields.Number;
                entry = fields.Field switch
                {
                    1 => entry with { Type = fields.Number },
                    2 => entry with { Shape = ShapeOf(fields.Bytes) },
                    3 => entry with { Shard = number },
                    4 => entry with { Offset = number },
                    5 => entry with { Size = number },
                    6 => entry with { Checksum = (uint)number },
                    7 => entry with { IsSliced = true },
                    _ => entry,
                };
            }

            return entry;
        }

        // TensorShapeProto: dim = 2, whose size = 1 is left out where it is 0.
        private static List<long> ShapeOf(ReadOnlySpan<byte> message)
        {
            var shape = new List<long>();
            for (var fields = new ProtoReader(message); fields.Next();)
            {
                if (fields.Field != 2)
                {
                    continue;
                }

                var extent = 0L;
                for (var dimension = new ProtoReader(fields.Bytes); dimension.Next();)
                {
                    extent = dimension.Field == 1 ? (long)dimension.Number : extent;
                }

                shape.Add(extent);
            }

            return shape.Count <= TorchGlobals.DimensionLimit ? shape : throw new InvalidDataException($"a tensor of {shape.Count} dimensions.");
        }
    }

    private sealed class Shards(string prefix) : IDisposable
    {
        private readonly Dictionary<long, FileStream> files = [];
        private long read;

        public int Count { get; set; }

        public byte[] Read(string name, long shard, long offset, long size)
        {
            if (shard < 0 || shard >= Count)
            {
                throw new InvalidDataException($"'{name}' lies in data file {shard} of {Count}.");
            }

            if (!files.TryGetValue(shard, out var file))
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"{prefix}.data-{shard:00000}-of-{Count:00000}");
                files.Add(shard, file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read));
            }

            if (offset < 0 || size < 0 || size > Array.MaxLength || offset > file.Length - size)
            {
                throw new InvalidDataException($"'{name}' claims {size} bytes from {offset} of a data file of {file.Length}.");
            }

            // Tensors cannot hold more than the files do, unless they overlap.
            read += size;
            if (read > files.Values.Sum(opened => opened.Length))
            {
                throw new InvalidDataException($"'{name}' overlaps another tensor.");
            }

            var bytes = new byte[size];
            file.Position = offset;
            file.ReadExactly(bytes);
            return bytes;
        }

        public void Dispose()
        {
            foreach (var file in files.Values)
            {
                file.Dispose();
            }
        }
    }
}
