using System.Security.Cryptography;
using System.Text.Json;
using Revisage.Torch;
using Revisage.Training.Import;

namespace Revisage.Training.Tests.Import;

/// <summary>The files of tests/fixtures/import/make.py, and what PyTorch says they hold.</summary>
internal static class ImportFixture
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "fixtures", "import");

    public static IEnumerable<string> Names => Expected.RootElement.EnumerateObject().Select(file => file.Name);

    private static JsonDocument Expected { get; } = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "expected.json")));

    public static string At(string name) => Path.Combine(Folder, name);

    /// <summary>"section name type shape sha256" of each array, as PyTorch and numpy have it.</summary>
    public static IEnumerable<string> ArraysOf(string name) =>
        Expected.RootElement.GetProperty(name).GetProperty("arrays").EnumerateArray().Select(line => line.GetString()!);

    public static Dictionary<string, string> MetadataOf(string name) =>
        Expected.RootElement.GetProperty(name).GetProperty("metadata").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!);

    /// <summary>The same of an array as it was read.</summary>
    public static string Describe(ImportedArray imported)
    {
        var (section, array) = imported;
        var type = array.Type switch
        {
            ScalarType.Float => "float32",
            ScalarType.Double => "float64",
            ScalarType.Half => "float16",
            ScalarType.BFloat16 => "bfloat16",
            ScalarType.Long => "int64",
            ScalarType.Int => "int32",
            ScalarType.Byte => "uint8",
            _ => "bool",
        };
        var shape = array.Shape.Count == 0 ? "-" : string.Join('x', array.Shape);
        return $"{(section.Length == 0 ? "-" : section)} {array.Name} {type} {shape} {Convert.ToHexStringLower(SHA256.HashData(array.Bytes.Span))}";
    }
}
