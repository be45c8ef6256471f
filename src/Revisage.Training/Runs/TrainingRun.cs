using Revisage.Data;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Methods;
using Revisage.Training.Onnx;

namespace Revisage.Training.Runs;

/// <summary>What a run is started with, besides its recipe.</summary>
/// <param name="Data">A folder with an index.csv and the splits "train" and "val".</param>
/// <param name="Run">The folder that the run writes to.</param>
public sealed record TrainingRunOptions(string Data, string Run)
{
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>Prepared real poor faces, for the recipes that learn from such; null for the others.</summary>
    public string? LowQuality { get; init; }

    /// <summary>The shipped networks that losses look through.</summary>
    public ModelStore Models { get; init; } = ModelStore.Default;

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
        foreach (var prior in method.Priors(recipe))
        {
            _ = ShippedNetwork.Find(options.Models, prior);
        }

        var start = recipe.Start.Length > 0 ? ShippedNetwork.Find(options.Models, recipe.Start) : null;
        var phases = method.Phases(recipe);
        var source = FaceSources.Open(options.Data);
        var lowQuality = options.LowQuality is { } poor ? FaceSources.Open(poor) : null;
        // What the last phase lacks is said before the first one trains for hours.
        foreach (var phase in phases)
        {
            FaceDataset.MustFill(phase.Schedule.Batch, Check(source, method, recipe, phase.Data), source, phase.Name);
            if (FaceDataset.Poor(phase.Data, lowQuality) is { } poorData)
            {
                FaceDataset.MustFill(phase.Schedule.Batch, FaceDataset.Choose(lowQuality!, "train", poorData).Count, lowQuality!, phase.Name);
            }
        }

        // LibTorch's own default is half the processors it sees, taking them for hyperthreads.
        TorchSettings.Threads = options.Threads ?? Environment.ProcessorCount;
        TorchSettings.Deterministic = true;
        var setting = new TrainingSetting(options.Device, options.Models);
        FaceDataset? dataset = null;
        for (var i = checkpoint is null ? 0 : PlaceOf(checkpoint.State.Phase); i < phases.Count; i++)
        {
            var phase = phases[i];
            if (phases.Count > 1)
            {
                observer.Entered(phase.Name);
            }

            var resumed = checkpoint?.State.Phase == phase.Name ? checkpoint : null;
            var handedOver = i > 0 && resumed is null ? Checkpoint.Load(folder.Handover(phases[i - 1].Name)) : null;
            var chosen = new ValidationFaces(source, phase.Data, recipe.Report, lowQuality);
            var validation = phase.Validation?.Invoke(chosen) ?? method.CreateValidation(recipe, chosen);
            dataset = Load(phase.Data, i == 0 || phases[i - 1].Data != phase.Data ? null : dataset);
            // Who has a guide is known only now.
            FaceDataset.MustFill(phase.Schedule.Batch, dataset.Count, source, phase.Name);
            using var stage = phase.Create(setting);
            handedOver ??= start is not null && i == 0 && resumed is null ? WarmStart.Of(start, recipe, method, stage) : null;
            var end = new TrainingLoop(stage, phase, recipe, dataset, validation, folder).Run(resumed, handedOver, observer, stop);
            if (end == TrainingEnd.Stopped)
            {
                return end;
            }

            // A run killed at the next phase's first validation has handed over already, and that phase's state is the best.
            var left = phase.HandsOverBest ? folder.Best : folder.Checkpoint;
            if (i + 1 < phases.Count && Checkpoint.Load(left).State.Phase == phase.Name)
            {
                AtomicFile.WriteAllBytes(folder.Handover(phase.Name), File.ReadAllBytes(left));
            }
        }

        return TrainingEnd.Complete;

        int PlaceOf(string name) => phases.Index().FirstOrDefault(phase => phase.Item.Name == name, (-1, null!)).Index is var place and >= 0
            ? place
            : throw new RevisageException($"The checkpoint is of the phase '{name}', but the recipe has {string.Join(", ", phases.Select(phase => $"'{phase.Name}'"))}. Resume with the recipe that it was trained by.");

        FaceDataset Load(DataOptions data, FaceDataset? loaded)
        {
            if (loaded is not null)
            {
                return loaded;
            }

            var total = FaceDataset.Choose(source, "train", data).Count;
            var decoding = options.Decoding is { } report ? new Decoded(done => report(done, total)) : null;
            var faces = FaceDataset.Load(source, "train", data, recipe.Seed, decoding, lowQuality, stop);
            // What decoding left goes back to the system now, and not some time in the middle of the run.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            return faces;
        }
    }

    /// <returns>How many faces there are to learn from.</returns>
    private static int Check(IFaceSource source, Method method, Recipe recipe, DataOptions data)
    {
        var chosen = FaceDataset.Choose(source, "train", data);
        foreach (var need in Enum.GetValues<Annotations>().Where(need => need != Annotations.None && method.Needs(recipe).HasFlag(need)))
        {
            int[] lacking = [.. chosen.Where(index => !source.Faces[index].Known.HasFlag(need))];
            if (lacking.Length > 0)
            {
                throw new RevisageException(
                    $"{method.Id} needs {Words(need)} of every face, but {lacking.Length} of {chosen.Count} in {source.Name} have none (first: '{source.Faces[lacking[0]].Name}'). Run 'revisage prepare', or leave them out with --set data.only={need}.");
            }
        }

        return chosen.Count;
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
