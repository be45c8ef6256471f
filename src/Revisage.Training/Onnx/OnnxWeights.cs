using System.Text;
using Revisage.Torch;
using Revisage.Training.Import;

namespace Revisage.Training.Onnx;

/// <summary>
/// What an exported file holds besides its graph: weights under their own names, and metadata. So the file that
/// ships is also what losses load, and there is no second copy of any weight.
/// </summary>
/// <param name="Metadata">Such as the card and the recipe.</param>
/// <param name="Arrays">Those of 32-bit floats, by name.</param>
internal sealed record OnnxWeights(IReadOnlyDictionary<string, string> Metadata, IReadOnlyDictionary<string, StoredArray> Arrays)
{
    // Numbers of onnx.proto.
    private const int ModelGraph = 7, ModelMetadata = 14, GraphInitializer = 5;
    private const int TensorDims = 1, TensorType = 2, TensorFloats = 4, TensorName = 8, TensorRaw = 9, Float = 1;

    /// <exception cref="RevisageException">The file cannot be read, or is no ONNX file of this project's.</exception>
    public static OnnxWeights Read(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new RevisageException($"The weights in '{path}' cannot be read: {e.Message} Fetch or export the model again.", e);
        }
    }

    private static OnnxWeights Parse(ReadOnlySpan<byte> model)
    {
        var metadata = new Dictionary<string, string>();
        var arrays = new Dictionary<string, StoredArray>();
        var fields = new ProtoReader(model);
        while (fields.Next())
        {
            if (fields.Field == ModelMetadata)
            {
                var (key, value) = ("", "");
                var entry = new ProtoReader(fields.Bytes);
                while (entry.Next())
                {
                    (key, value) = entry.Field == 1 ? (Encoding.UTF8.GetString(entry.Bytes), value) : (key, Encoding.UTF8.GetString(entry.Bytes));
                }

                metadata[key] = value;
            }
            else if (fields.Field == ModelGraph)
            {
                var graph = new ProtoReader(fields.Bytes);
                while (graph.Next())
                {
                    if (graph.Field == GraphInitializer && Array(graph.Bytes) is { } array)
                    {
                        arrays[array.Name] = array;
                    }
                }
            }
        }

        return new OnnxWeights(metadata, arrays);
    }

    private static StoredArray? Array(ReadOnlySpan<byte> tensor)
    {
        var (name, type, shape) = ("", 0UL, new List<long>());
        var raw = ReadOnlySpan<byte>.Empty;
        var fields = new ProtoReader(tensor);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case TensorDims: shape.Add((long)fields.Number); break;
                case TensorType: type = fields.Number; break;
                case TensorName: name = Encoding.UTF8.GetString(fields.Bytes); break;
                // Packed floats are little-endian too; the format has one or the other.
                case TensorFloats or TensorRaw: raw = fields.Bytes; break;
                default: break;
            }
        }

        if (type != Float)
        {
            return null;
        }

        // Compared as a floating-point product, which lying extents cannot overflow.
        return shape.Aggregate((double)sizeof(float), (bytes, extent) => bytes * extent) == raw.Length
            ? new StoredArray(name, ScalarType.Float, [.. shape], raw.ToArray())
            : throw new InvalidDataException($"'{name}' is {string.Join('x', shape)}, but has {raw.Length} bytes.");
    }
}
