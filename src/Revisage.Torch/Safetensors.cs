using System.Buffers.Binary;
using System.Text.Json;

namespace Revisage.Torch;

/// <summary>A named array of a safetensors file: its element type, shape, and bytes in row-major order, little-endian.</summary>
public sealed record StoredArray(string Name, ScalarType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Bytes)
{
    public static StoredArray Of(string name, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new StoredArray(name, tensor.Type, tensor.Shape, tensor.Read<byte>());
    }

    public static StoredArray Of(string name, ReadOnlySpan<float> values, params long[] shape) =>
        new(name, ScalarType.Float, shape, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).ToArray());

    public Tensor ToTensor() => Tensor.Of(Bytes.Span, Type, [.. Shape]);

    /// <summary>The values as floats; the type must be Float.</summary>
    public float[] ToFloats() => Type == ScalarType.Float
        ? System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(Bytes.Span).ToArray()
        : throw new InvalidDataException($"'{Name}' holds {Type}, not Float.");
}

/// <summary>
/// The safetensors format (Hugging Face): eight bytes of header length, a JSON header, the arrays. Reading
/// trusts nothing: the header's size is capped, every type is known, every span lies inside the file, fits its
/// shape, and the spans cover the data without hole or overlap.
/// </summary>
public static class Safetensors
{
    // The reference reader's cap.
    private const long HeaderCap = 100_000_000;

    private static readonly Dictionary<string, ScalarType> TypeOf = new()
    {
        ["U8"] = ScalarType.Byte,
        ["BOOL"] = ScalarType.Bool,
        ["F16"] = ScalarType.Half,
        ["BF16"] = ScalarType.BFloat16,
        ["I32"] = ScalarType.Int,
        ["F32"] = ScalarType.Float,
        ["I64"] = ScalarType.Long,
        ["F64"] = ScalarType.Double,
    };

    private static readonly Dictionary<ScalarType, string> NameOf = TypeOf.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>Writes the arrays in the order given. Names must be unique.</summary>
    public static void Write(Stream stream, IReadOnlyList<StoredArray> arrays, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(arrays);
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            var offset = 0L;
            foreach (var array in arrays)
            {
                json.WriteStartObject(array.Name);
                json.WriteString("dtype", NameOf[array.Type]);
                json.WriteStartArray("shape");
                foreach (var extent in array.Shape)
                {
                    json.WriteNumberValue(extent);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += array.Bytes.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces, which JSON ignores, bring the arrays to a multiple of eight bytes.
        while (header.Length % 8 != 0)
        {
            header.WriteByte((byte)' ');
        }

        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        header.WriteTo(stream);
        foreach (var array in arrays)
        {
            stream.Write(array.Bytes.Span);
        }
    }

    /// <exception cref="InvalidDataException">The file is not safetensors, is damaged, or lies about its sizes; the message says where.</exception>
    public static SafetensorsFile Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length < 8)
        {
            throw new InvalidDataException($"A safetensors file has at least 8 bytes; this one has {file.Length}.");
        }

        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(file.Span);
        if (headerLength is < 2 or > HeaderCap || headerLength > file.Length - 8)
        {
            throw new InvalidDataException($"The header claims {headerLength} bytes, in a file of {file.Length}.");
        }

        var data = file[(8 + (int)headerLength)..];
        try
        {
            using var header = JsonDocument.Parse(file.Slice(8, (int)headerLength));
            return ReadHeader(header.RootElement, data);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"The header is not what safetensors has: {e.Message}", e);
        }
    }

    private static SafetensorsFile ReadHeader(JsonElement header, ReadOnlyMemory<byte> data)
    {
        var arrays = new List<(long Begin, StoredArray Array)>();
        var metadata = new Dictionary<string, string>();
        var names = new HashSet<string>();
        foreach (var entry in header.EnumerateObject())
        {
            if (!names.Add(entry.Name))
            {
                throw new InvalidDataException($"'{entry.Name}' is named twice.");
            }

            if (entry.Name == "__metadata__")
            {
                foreach (var pair in entry.Value.EnumerateObject())
                {
                    metadata[pair.Name] = pair.Value.GetString() ?? "";
                }

                continue;
            }

            if (!entry.Value.TryGetProperty("dtype", out var dtype)
                || !entry.Value.TryGetProperty("shape", out var extents)
                || !entry.Value.TryGetProperty("data_offsets", out var offsets)
                || offsets.GetArrayLength() != 2)
            {
                throw new InvalidDataException($"'{entry.Name}' lacks dtype, shape or data_offsets.");
            }

            if (!TypeOf.TryGetValue(dtype.GetString() ?? "", out var type))
            {
                throw new InvalidDataException($"'{entry.Name}' has the element type '{dtype}', which is not one of {string.Join(", ", TypeOf.Keys)}.");
            }

            var shape = extents.EnumerateArray().Select(extent => extent.GetInt64()).ToArray();
            var (begin, end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
            if (begin < 0 || end < begin || end > data.Length || end - begin != SizeOf(entry.Name, shape, type))
            {
                throw new InvalidDataException(
                    $"'{entry.Name}' of {type} {string.Join('x', shape)} claims bytes {begin} to {end} of {data.Length}.");
            }

            arrays.Add((begin, new StoredArray(entry.Name, type, shape, data[(int)begin..(int)end])));
        }

        var next = 0L;
        foreach (var (begin, array) in arrays.OrderBy(entry => entry.Begin).ThenBy(entry => entry.Array.Bytes.Length))
        {
            if (begin != next)
            {
                throw new InvalidDataException($"'{array.Name}' begins at byte {begin}, but the array before it ends at {next}.");
            }

            next += array.Bytes.Length;
        }

        return next == data.Length
            ? new SafetensorsFile([.. arrays.Select(entry => entry.Array)], metadata)
            : throw new InvalidDataException($"The arrays end at byte {next}, but the data has {data.Length}.");
    }

    private static long SizeOf(string name, long[] shape, ScalarType type)
    {
        var size = (long)type.Size();
        foreach (var extent in shape)
        {
            if (extent < 0 || (extent > 0 && size > int.MaxValue / extent))
            {
                throw new InvalidDataException($"'{name}' has the shape {string.Join('x', shape)}, more than 2 GiB.");
            }

            size *= extent;
        }

        return size;
    }
}

/// <summary>What a safetensors file holds, in the header's order.</summary>
public sealed record SafetensorsFile(IReadOnlyList<StoredArray> Arrays, IReadOnlyDictionary<string, string> Metadata);
