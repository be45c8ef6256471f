using Revisage.Torch;
using Revisage.Training.Data;
using Revisage.Training.Methods;

namespace Revisage.Training.Training;

/// <summary>What a run is started with, besides its recipe.</summary>
/// <param name="Data">A folder with an index.csv and the splits "train" and "val".</param>
/// <param name="Run">The folder that the run writes to.</param>
public sealed record TrainingRunOptions(string Data, string Run)
{
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>Threads of one operator; null for one a processor, or as many as the resumed checkpoint had.</summary>
    public int? Threads { get; init; }

    /// <summary>Laid over a resumed run's recipe, such as <c>iterations=30000</c> to train longer.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <summary>Told how many faces have been decoded, of how many.</summary>
    public Action<int, int>? Decoding { get; init; }
}

/// <summary>A method's training from recipe to last checkpoint.</summary>
public static class TrainingRun
{
    /// <summary>Starts afresh.</summary>
    /// <exception cref="RevisageException">The run folder is taken, or the data does not serve the recipe.</exception>
    public static TrainingEnd Start(Recipe recipe, TrainingRunOptions options, ITrainingObserver observer, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        var folder = RunFolder.Create(options.Run);
        AtomicFile.WriteAllText(folder.Recipe, RecipeFile.ToYaml(recipe));
        return Run(recipe, folder, null, options, observer, stop);
    }

    /// <summary>Goes on from a run folder's last checkpoint, with its recipe and its number of threads.</summary>
    /// <exception cref="RevisageException">There is no checkpoint, or it is damaged.</exception>
    public static TrainingEnd Resume(TrainingRunOptions options, ITrainingObserver observer, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        var folder = RunFolder.Resume(options.Run);
        var checkpoint = Checkpoint.Load(folder.Checkpoint);
        var recipe = RecipeFile.Parse(checkpoint.State.Recipe, $"of '{folder.Checkpoint}'", options.Overrides);
        AtomicFile.WriteAllText(folder.Recipe, RecipeFile.ToYaml(recipe));
        return Run(recipe, folder, checkpoint, options with { Threads = options.Threads ?? checkpoint.State.Threads }, observer, stop);
    }

    private static TrainingEnd Run(
        Recipe recipe, RunFolder folder, Checkpoint? checkpoint, TrainingRunOptions options, ITrainingObserver observer, CancellationToken stop)
    {
        var method = MethodCatalog.Find(recipe.Method);
        method.Check(recipe);
        var source = FaceSources.Open(options.Data);
        var total = Check(source, method, recipe).Count;
        var validation = method.CreateValidation(recipe, new ValidationFaces(source, recipe.Data, recipe.Report));
        var decoding = options.Decoding is { } report ? new Decoded(done => report(done, total)) : null;
        var dataset = FaceDataset.Load(source, "train", recipe.Data, recipe.Seed, decoding, stop);
        // What decoding left goes back to the system now, and not some time in the middle of the run.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

        // LibTorch's own default is half the processors it sees, taking them for hyperthreads.
        TorchSettings.Threads = options.Threads ?? Environment.ProcessorCount;
        TorchSettings.Deterministic = true;
        using var stage = method.CreateStage(recipe, options.Device);
        return new TrainingLoop(stage, recipe, dataset, validation, folder).Run(checkpoint, observer, stop);
    }

    private static IReadOnlyList<int> Check(IFaceSource source, Method method, Recipe recipe)
    {
        var chosen = FaceDataset.Choose(source, "train", recipe.Data);
        foreach (var need in Enum.GetValues<Annotations>().Where(need => need != Annotations.None && method.Needs.HasFlag(need)))
        {
            int[] lacking = [.. chosen.Where(index => !source.Faces[index].Known.HasFlag(need))];
            if (lacking.Length > 0)
            {
                throw new RevisageException(
                    $"{method.Id} needs {Words(need)} of every face, but {lacking.Length} of {chosen.Count} in {source.Name} have none (first: '{source.Faces[lacking[0]].Name}'). Run 'revisage prepare', or leave them out with --set data.only={need}.");
            }
        }

        return chosen;
    }

    private static string Words(Annotations need) => need switch
    {
        Annotations.Landmarks => "the 68 landmarks",
        Annotations.Parsing => "the parsing map",
        Annotations.Identity => "the identity",
        _ => throw new ArgumentOutOfRangeException(nameof(need)),
    };

    /// <summary>Reports on the thread that decodes; <see cref="Progress{T}"/> would queue.</summary>
    private sealed class Decoded(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
