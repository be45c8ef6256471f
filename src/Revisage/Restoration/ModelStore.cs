using System.Security.Cryptography;

namespace Revisage.Restoration;

/// <summary>A model in a folder: NAME.onnx, and NAME.json beside it.</summary>
public sealed class StoredModel(string name, string path)
{
    private ModelCard? card;

    public string Name { get; } = name;

    /// <summary>Of the .onnx file.</summary>
    public string Path { get; } = path;

    public string CardPath => System.IO.Path.ChangeExtension(Path, ".json");

    /// <summary>From the file beside the model, or without one from the model itself.</summary>
    /// <exception cref="RevisageException">The card is damaged, or there is none.</exception>
    public ModelCard Card => card ??= File.Exists(CardPath) ? ModelCard.Read(CardPath) : CardInside();

    public OnnxModel Open(OnnxOptions? options = null) => OnnxModel.Load(Path, options);

    /// <summary>What is wrong with the model's files on disk, in one line; null where nothing is.</summary>
    public string? Problem()
    {
        try
        {
            if (!File.Exists(Path))
            {
                return $"'{Path}' is missing. Fetch or export the model again.";
            }

            var beside = ModelCard.Read(CardPath);
            if (beside.Name != Name)
            {
                return $"'{CardPath}' is the card of '{beside.Name}'. Name both files alike.";
            }

            var hash = HashOf(Path);
            if (beside.Sha256 != hash)
            {
                return $"'{Path}' has SHA-256 {hash}, but its card says {beside.Sha256 ?? "nothing"}. Fetch or export the model again.";
            }

            return CardInside().DescribesSame(beside)
                ? null
                : $"'{CardPath}' and the card inside '{Path}' differ. Export the model again.";
        }
        catch (RevisageException e)
        {
            return e.Message;
        }
    }

    /// <summary>A file's SHA-256 as a card has it.</summary>
    /// <exception cref="RevisageException">The file cannot be read.</exception>
    public static string HashOf(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"'{path}' cannot be read: {e.Message}", e);
        }
    }

    private ModelCard CardInside()
    {
        using var model = Open(new OnnxOptions { Threads = 1, CacheFolder = null });
        return model.Card ?? throw new RevisageException($"'{Path}' has no model card. Export it with 'revisage export'.");
    }
}

/// <summary>
/// A folder of models, the one list of what is installed. <see cref="Default"/> is the folder that the environment
/// variable REVISAGE_MODELS names, else "models" beside the program, else that of the checkout.
/// </summary>
public sealed class ModelStore(string folder)
{
    /// <summary>Names a folder of models to use in place of the program's own.</summary>
    public const string Override = "REVISAGE_MODELS";

    public static ModelStore Default => new(DefaultFolder());

    public string Folder { get; } = folder;

    /// <summary>In the order of their names; a name counts with either of its two files.</summary>
    public IReadOnlyList<StoredModel> List() => !Directory.Exists(Folder) ? [] :
    [
        .. Directory.EnumerateFiles(Folder)
            .Where(file => Path.GetExtension(file) is ".onnx" or ".json")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Distinct()
            .Order(StringComparer.Ordinal)
            .Select(name => new StoredModel(name, Path.Combine(Folder, name + ".onnx"))),
    ];

    /// <param name="nameOrPath">A model of this folder, or the path of an .onnx file anywhere.</param>
    /// <exception cref="MissingComponentException">There is none; the message says which there are.</exception>
    public StoredModel Find(string nameOrPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        if (nameOrPath.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            return File.Exists(nameOrPath)
                ? new StoredModel(Path.GetFileNameWithoutExtension(nameOrPath), Path.GetFullPath(nameOrPath))
                : throw new MissingComponentException($"There is no model file '{nameOrPath}'. Pass the path of an exported model, or the name of an installed one.");
        }

        var installed = List();
        return installed.FirstOrDefault(model => model.Name == nameOrPath && File.Exists(model.Path))
            ?? throw new MissingComponentException(installed.Count > 0
                ? $"There is no model '{nameOrPath}' in '{Folder}', which has {string.Join(", ", installed.Select(model => model.Name))}. Choose one of these, or pass the path of an .onnx file.{Spelling.Hint(nameOrPath, installed.Select(model => model.Name))}"
                : $"There is no model '{nameOrPath}': '{Folder}' holds none. Install the models there, or name their folder in {Override}.");
    }

    /// <summary>Those that are there with a card that can be read, so that one that is damaged keeps nobody from the others.</summary>
    /// <param name="damaged">The others' faults, a line each.</param>
    public IReadOnlyList<StoredModel> ListReadable(out IReadOnlyList<string> damaged)
    {
        var (readable, faults) = (new List<StoredModel>(), new List<string>());
        foreach (var model in List())
        {
            try
            {
                if (!File.Exists(model.Path))
                    throw new RevisageException($"'{model.Path}' is missing. Fetch or export the model again.");
                _ = model.Card;
                readable.Add(model);
            }
            catch (RevisageException e) when (e is not MissingComponentException)
            {
                faults.Add(e.Message);
            }
        }

        damaged = faults;
        return readable;
    }

    /// <summary>Reads every model whole: hashes, cards, and whether ONNX Runtime loads it.</summary>
    /// <returns>Each model with what is wrong with it, null where nothing is.</returns>
    public IReadOnlyList<(StoredModel Model, string? Problem)> Verify() => [.. List().Select(model => (model, model.Problem()))];

    private static string DefaultFolder()
    {
        if (Environment.GetEnvironmentVariable(Override) is { Length: > 0 } chosen)
        {
            return Path.GetFullPath(chosen);
        }

        var beside = Path.Combine(AppContext.BaseDirectory, "models");
        return Checkout.Root is { } root && !Directory.Exists(beside) ? Path.Combine(root, "models") : beside;
    }
}
