using Revisage.Torch;
using Revisage.Training.Onnx;

namespace Revisage.Training.Import;

/// <summary>An array of an imported file, and the path of the dictionaries that it lies in, "" for the outermost.</summary>
public sealed record ImportedArray(string Section, StoredArray Array)
{
    /// <summary>Section and name, with a slash between.</summary>
    public string Path => ImportedCheckpoint.Join(Section, Array.Name);
}

/// <summary>What a file of another framework holds: arrays by section and name, and everything else as text.</summary>
public sealed class ImportedCheckpoint
{
    private const string ParallelPrefix = "module.";

    internal ImportedCheckpoint(string source, IReadOnlyList<ImportedArray> arrays, IReadOnlyDictionary<string, string> metadata)
    {
        Source = source;
        Arrays = arrays;
        Metadata = metadata;
    }

    /// <summary>The file it came from.</summary>
    public string Source { get; }

    /// <summary>In the file's order.</summary>
    public IReadOnlyList<ImportedArray> Arrays { get; }

    /// <summary>Numbers and text by path, such as "iteration".</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The sections that hold arrays, such as "model_state_dict".</summary>
    public IReadOnlyList<string> Sections => [.. Arrays.Select(array => array.Section).Distinct()];

    /// <summary>Reads a file of PyTorch's, a checkpoint of TensorFlow's by its prefix or its .index file, .safetensors, or the weights in an .onnx file.</summary>
    /// <param name="wholeModules">Read whole networks too, as <see cref="TorchFile.Read"/> does.</param>
    /// <exception cref="RevisageException">It is absent, damaged, of another kind, or wants code to run.</exception>
    public static ImportedCheckpoint Read(string path, bool wholeModules = false) =>
        TensorFlowCheckpoint.IsAt(path) ? TensorFlowCheckpoint.Read(path)
        : System.IO.Path.GetExtension(path) == ".safetensors" ? ReadSafetensors(path)
        : System.IO.Path.GetExtension(path) == ".onnx" ? ReadOnnx(path)
        : TorchFile.Read(path, wholeModules);

    /// <summary>
    /// The weights of one section by name, as <see cref="Torch.TorchNetwork.Load"/> takes them. "module.", which data-parallel
    /// training puts before every name, is taken off.
    /// </summary>
    /// <param name="section">null where there is one alone.</param>
    /// <exception cref="RevisageException">There is no such section, or none alone.</exception>
    public IReadOnlyDictionary<string, StoredArray> Weights(string? section = null)
    {
        var sections = Sections;
        var chosen = section ?? (sections.Count == 1 ? sections[0] : null);
        if (chosen is null || !sections.Contains(chosen))
        {
            var found = sections.Count == 0 ? "no arrays" : $"arrays in {string.Join(", ", sections.Select(name => $"'{name}'"))}";
            throw new RevisageException($"'{Source}' has {found}{(section is null ? "" : $", and none in '{section}'")}. Name the section that holds the network's weights.");
        }

        var arrays = Arrays.Where(array => array.Section == chosen).Select(array => array.Array).ToArray();
        return arrays.All(array => array.Name.StartsWith(ParallelPrefix, StringComparison.Ordinal))
            ? arrays.Select(array => array with { Name = array.Name[ParallelPrefix.Length..] }).ToDictionary(array => array.Name)
            : arrays.ToDictionary(array => array.Name);
    }

    /// <summary>This file's weights and another's, each of one section alone, as if they had been published in one.</summary>
    /// <exception cref="RevisageException">One of them has several sections, or both have a weight of one name.</exception>
    public ImportedCheckpoint With(ImportedCheckpoint other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var (own, others) = (Weights(), other.Weights());
        return own.Keys.FirstOrDefault(others.ContainsKey) is { } twice
            ? throw new RevisageException($"Both '{Source}' and '{other.Source}' hold '{twice}'. Choose the two files that belong together.")
            // Messages have a source between these marks.
            : new ImportedCheckpoint($"{Source}' with '{other.Source}", [.. own.Values.Concat(others.Values).Select(array => new ImportedArray("", array))], Metadata);
    }

    /// <summary>Writes all arrays as safetensors, named by their paths, and everything else as its metadata.</summary>
    /// <exception cref="RevisageException">There is no array, or the file cannot be written.</exception>
    public void Save(string path)
    {
        if (Arrays.Count == 0)
        {
            throw new RevisageException($"'{Source}' holds no arrays, so there is nothing to write.");
        }

        AtomicFile.Write(path, stream => Safetensors.Write(stream, [.. Arrays.Select(array => array.Array with { Name = array.Path })], Metadata));
    }

    /// <summary>Whether a file's text can name an array: names are shown on terminals, and one is the format's own.</summary>
    internal static bool IsName(string text) => text.Length > 0 && text != "__metadata__" && !text.Any(char.IsControl);

    private static ImportedCheckpoint ReadSafetensors(string path)
    {
        try
        {
            var file = Safetensors.Read(File.ReadAllBytes(path));
            return new ImportedCheckpoint(path, [.. file.Arrays.Select(InSection)], file.Metadata);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new RevisageException($"'{path}' cannot be read as safetensors: {e.Message} Export or import it again.", e);
        }

        // As Save names them.
        static ImportedArray InSection(StoredArray array) => array.Name.LastIndexOf('/') is >= 0 and var slash
            ? new(array.Name[..slash], array with { Name = array.Name[(slash + 1)..] })
            : new("", array);
    }

    private static ImportedCheckpoint ReadOnnx(string path)
    {
        var file = OnnxWeights.Read(path);
        return new ImportedCheckpoint(path, [.. file.Arrays.Values.Select(array => new ImportedArray("", array))], file.Metadata);
    }

    internal static string Join(string section, string name) => section.Length == 0 ? name : $"{section}/{name}";
}
