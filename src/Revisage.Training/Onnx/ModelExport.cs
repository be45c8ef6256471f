using Revisage.Data;
using Revisage.Evaluation;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Methods;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Onnx;

/// <summary>What an export wrote.</summary>
/// <param name="LargestDifference">Between ONNX Runtime and LibTorch on random faces, as a share of what the outputs reach.</param>
/// <param name="Data">What it was trained on.</param>
public sealed record ExportedModel(string Path, ModelCard Card, double LargestDifference, DataOptions Data)
{
    /// <summary>Whether a protocol compares what it does: it enlarges upright faces from the protocol's size to the other.</summary>
    public bool ComparesBy(Protocol protocol)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        return Card.Task == ModelTask.SuperResolution && Data.Unaligned is null && (Card.Input.Width, Card.Output.Width) == (protocol.Lr, protocol.Hr);
    }
}

/// <summary>From a training checkpoint to a model that ships: an ONNX file with its card, and the card beside it.</summary>
public static class ModelExport
{
    // fp32 sums in another order; what is more is a fault in the export.
    private const double Tolerance = 1e-4;

    /// <param name="checkpointPath">Of any run.</param>
    /// <param name="onnxPath">NAME.onnx; NAME becomes the model's name.</param>
    /// <param name="part">The method whose network is wanted, of those that the run holds; null for the run's own.</param>
    /// <exception cref="RevisageException">The checkpoint cannot be read, or the export does not compute what the network does; nothing is written then.</exception>
    public static ExportedModel Write(string checkpointPath, string onnxPath, string? part = null)
    {
        var name = NameOf(onnxPath);
        var (checkpoint, recipe) = Read(checkpointPath, part);
        var method = MethodCatalog.Find(recipe.Method);
        RequireTrained(checkpoint, method, recipe, checkpointPath);
        return Write(method, recipe, CardOf(name, method, recipe) with { Run = RunOf(recipe, checkpoint.State) }, checkpoint.WeightsOf(method.ShippedWeights), checkpointPath, onnxPath);
    }

    /// <summary>Writes a method's network at its published size with the weights that its authors published.</summary>
    /// <param name="terms">Whose photographs they learned from, and on which terms they are to be had.</param>
    /// <param name="second">The rest of the weights, where they are published in two files.</param>
    /// <param name="side">Of the faces, for a network that takes such of any size; null for the published size.</param>
    /// <exception cref="RevisageException">The file holds other weights, or no published ones are known; nothing is written then.</exception>
    public static ExportedModel Import(
        ImportedCheckpoint imported, string methodId, TrainingData terms, string onnxPath, ImportedCheckpoint? second = null, int? side = null)
    {
        ArgumentNullException.ThrowIfNull(imported);
        var name = NameOf(onnxPath);
        var method = MethodCatalog.Find(methodId);
        var layout = method.AuthorLayout ?? throw new RevisageException(
            $"No published weights are known for '{methodId}', only for {string.Join(", ", MethodCatalog.All.Where(one => one.AuthorLayout is not null).Select(one => $"'{one.Id}'"))}. Write them as .safetensors.");
        if (second is not null && method is not ImportedMethod { PublishedInTwo: true })
        {
            throw new RevisageException($"The weights of '{methodId}' are published in one file. Leave '{second.Source}' out.");
        }

        var recipe = side is null ? method.Published
            : method is ImportedMethod anySize ? anySize.PublishedFor(side.Value)
            : throw new RevisageException($"The weights of '{methodId}' are for faces of one size, {method.Inputs(method.Published)[0].Shape[^1]} pixels. Leave the side of {side} out.");
        imported = second is null ? imported : imported.With(second);
        return Write(method, recipe, CardOf(name, method, recipe) with { Data = terms }, Weights(), imported.Source, onnxPath);

        IReadOnlyDictionary<string, StoredArray> Weights()
        {
            try
            {
                return layout.Apply(imported, method.ShippedNetwork(recipe).NamedWeights().Select(named => named.Path));
            }
            catch (RevisageException e) when (second is null && method is ImportedMethod { PublishedInTwo: true })
            {
                throw new RevisageException($"{e.Message} The weights of '{methodId}' are published in two files: name the other with --with.", e);
            }
        }
    }

    private static (Checkpoint Checkpoint, Recipe Recipe) Read(string path, string? part)
    {
        var checkpoint = Checkpoint.Load(path);
        var recipe = RecipeFile.Parse(checkpoint.State.Recipe, $"of '{path}'", []);
        IReadOnlyList<Recipe> held = [recipe, .. MethodCatalog.Find(recipe.Method).Parts(recipe)];
        return (checkpoint, part is null ? recipe : held.FirstOrDefault(one => one.Method == part) ?? throw new RevisageException(
            $"'{path}' holds no network of '{part}', only of {string.Join(" and ", held.Select(one => $"'{one.Method}'"))}. Name one of these."));
    }

    /// <summary>A growing network's checkpoint holds all of it from the start; what has not been trained yet would make noise of every face.</summary>
    private static void RequireTrained(Checkpoint checkpoint, Method method, Recipe recipe, string path)
    {
        var phase = checkpoint.State.Phase;
        var untrained = checkpoint.Untrained(method.ShippedWeights);
        var partly = untrained.Count > 0 && untrained.Count < method.ShippedNetwork(recipe).NamedWeights().Count;
        if (partly || !method.ShipsAfter(recipe, phase))
        {
            var what = partly ? $" ('{untrained[0]}', for one)" : "";
            throw new RevisageException(
                $"'{path}' is of the phase '{phase}', in which parts of {method.Id}'s network have not been trained yet{what}, so its faces would be noise. Train on with --resume, or name a checkpoint of the phase '{method.Phases(recipe)[^1].Name}'.");
        }
    }

    internal static string NameOf(string onnxPath)
    {
        ArgumentNullException.ThrowIfNull(onnxPath);
        return Path.GetExtension(onnxPath) == ".onnx"
            ? Path.GetFileNameWithoutExtension(onnxPath)
            : throw new RevisageException($"'{onnxPath}' does not end in .onnx. Name the model's file, such as models/edsr.onnx.");
    }

    private static ExportedModel Write(Method method, Recipe recipe, ModelCard card, IReadOnlyDictionary<string, StoredArray> weights, string source, string onnxPath)
    {
        var network = method.ShippedNetwork(recipe);
        var bytes = OnnxExport.Record(
            card.Name,
            method.Inputs(recipe),
            inputs => [.. method.Outputs(recipe).Zip(network.ForwardAll(inputs))],
            named => weights.TryGetValue(named.Path, out var array)
                ? array.ToFloats()
                : throw new RevisageException($"'{source}' lacks the weight '{named.Path}' of {method.Id}."),
            network.NamedWeights(),
            new Dictionary<string, string> { [OnnxModel.CardKey] = card.ToJson(), [ShippedNetwork.RecipeKey] = RecipeFile.ToYaml(recipe.WithoutPlaces()) });

        // What bakes a size in shows at another one.
        var difference = new[] { method.Inputs(recipe), [.. method.Inputs(recipe).Select(Larger)] }
            .Max(inputs => Difference(bytes, card, inputs, method.Outputs(recipe), network, weights));
        if (!(difference <= Tolerance))
        {
            throw new RevisageException($"The export of '{source}' differs from the network by {difference:G3}, more than {Tolerance}. Nothing was written; please report it.");
        }

        AtomicFile.WriteAllBytes(onnxPath, bytes);
        (card with { Sha256 = StoredModel.HashOf(onnxPath) }).Write(Path.ChangeExtension(onnxPath, ".json"));
        return new ExportedModel(onnxPath, card, difference, recipe.Data);
    }

    /// <summary>Measures an exported model on the faces that a set's results are reported on (<see cref="FaceSplit.ToReportOn"/>) and writes the result into the card beside it.</summary>
    /// <param name="full">Of a model in 8-bit integers, what it was made of, against which its loss is measured.</param>
    /// <exception cref="RevisageException">The set has no such faces, or the card cannot be written.</exception>
    public static MeasuredResult Measure(
        ExportedModel exported, FaceSet set, Protocol protocol, IProgress<EvaluationProgress>? progress, CancellationToken cancel, StoredModel? full = null)
    {
        ArgumentNullException.ThrowIfNull(exported);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(protocol);
        using var restorer = FaceRestorer.Open(OnnxModel.Load(exported.Path, new OnnxOptions { CacheFolder = null }));
        using var whole = full is null ? null : FaceRestorer.Open(full, new OnnxOptions { CacheFolder = null });
        var bicubic = Upscaler.Baselines(protocol.Scale).Single(baseline => baseline.Name == "bicubic");
        var report = Evaluator.Evaluate(set.ToReportOn().Taken(protocol).Faces, protocol, [bicubic, Upscaler.Of(restorer, cancel), .. whole is null ? [] : new[] { Upscaler.Of(whole, cancel) }], progress: progress, cancel: cancel);
        var (baselineScores, scores, wholeScores) = (report.Models[0], report.Models[1], report.Models.ElementAtOrDefault(2));
        var result = new MeasuredResult(protocol.Name, report.Faces.Count)
        {
            Split = report.Splits is [var split] ? split : null,
            Psnr = Math.Round(scores.Psnr, 3),
            PsnrY = Math.Round(scores.PsnrY, 3),
            Ssim = Math.Round(scores.Ssim, 4),
            BicubicPsnr = Math.Round(baselineScores.Psnr, 3),
            BicubicPsnrY = Math.Round(baselineScores.PsnrY, 3),
            BicubicSsim = Math.Round(baselineScores.Ssim, 4),
            PsnrLost = wholeScores is null ? null : Math.Round(wholeScores.Psnr - scores.Psnr, 4),
            SsimLost = wholeScores is null ? null : Math.Round(wholeScores.Ssim - scores.Ssim, 5),
        };
        var path = Path.ChangeExtension(exported.Path, ".json");
        (ModelCard.Read(path) with { Results = [result] }).Write(path);
        return result;
    }

    /// <summary>Measures a checkpoint by its method's own validation, on all faces that a set's results are reported on, and writes the result into its export's card.</summary>
    /// <param name="lowQuality">Real poor faces, for the methods that learn from such; null for none.</param>
    /// <exception cref="RevisageException">The faces lack what is measured by, or the card cannot be written.</exception>
    public static MeasuredResult MeasureByMethod(string checkpointPath, ExportedModel exported, IFaceSource faces, IFaceSource? lowQuality = null)
    {
        ArgumentNullException.ThrowIfNull(exported);
        var (checkpoint, recipe) = Read(checkpointPath, exported.Card.Method);
        var method = MethodCatalog.Find(recipe.Method);
        var split = FaceSplit.ToReportOn(faces.Faces.Select(face => face.Split));
        var chosen = new ValidationFaces(faces, recipe.Data, recipe.Report with { ValidationImages = int.MaxValue }, lowQuality, split);
        var phases = method.Phases(recipe);
        // A part's own training has other phases than the run that it is a part of.
        using var stage = (phases.FirstOrDefault(phase => phase.Name == checkpoint.State.Phase) ?? phases[^1]).Create(new TrainingSetting(Device.Cpu, ModelStore.Default));
        checkpoint.HandOver(stage, optimizers: false);
        var measured = method.CreateValidation(recipe, chosen).Run(stage);
        var result = new MeasuredResult("validation", measured.Faces) { Split = method.Task == ModelTask.Detection ? null : split, Measures = measured.Metrics.ToDictionary(metric => metric.Name, metric => Math.Round(metric.Value, 4)) };
        var path = Path.ChangeExtension(exported.Path, ".json");
        (ModelCard.Read(path) with { Results = [result] }).Write(path);
        return result;
    }

    private static ModelCard CardOf(string name, Method method, Recipe recipe)
    {
        var enlarges = method.Task == ModelTask.SuperResolution;
        var inputs = method.Inputs(recipe);
        var walk = method.Walk(recipe);
        var guidance = method.Guidance(recipe);
        var made = walk.OutputShapes[0];
        // A network that works on another's result is still shown small faces.
        IReadOnlyList<int> face = guidance is null ? inputs[0].Shape : [3, recipe.Data.LowRes, recipe.Data.LowRes];
        return new ModelCard
        {
            Name = name,
            Method = method.Id,
            Citation = method.Citation,
            Task = method.Task,
            Scale = enlarges ? made[1] / face[1] : 1,
            Input = new PixelSize(face[2], face[1]),
            Output = made.Count == 3 ? new PixelSize(made[2], made[1]) : new PixelSize(1, 1),
            Range = recipe.Data.Range,
            InputName = inputs[0].Name,
            OutputName = method.Outputs(recipe)[0],
            Unaligned = method.Task == ModelTask.SuperResolution && recipe.Data.Unaligned is not null,
            NeedsGuide = inputs.Any(input => input.Name == ModelCard.GuideName),
            Blind = recipe.Data.Degradation is not { Blur: null, Motion: null, Box: null, Learned: null, Noise: null, Jpeg: null, Photograph: null },
            Guidance = guidance,
            MultiplyAdds = walk.MultiplyAdds,
            Data = new TrainingData(recipe.Data.Name, recipe.Data.Licence),
        };
    }

    private static OnnxInput Larger(OnnxInput input) => input.AnySize ? input with { Shape = [input.Shape[0], 2 * input.Shape[1], 3 * input.Shape[2]] } : input;

    private static Restoration.TrainingRun RunOf(Recipe recipe, CheckpointState state) => new(
        state.Faces,
        state.Iteration,
        recipe.Batch,
        recipe.Precision == Precision.Bf16 ? "bf16" : "fp32",
        Math.Round(state.Elapsed.TotalHours, 2),
        recipe.Description,
        DateOnly.FromDateTime(DateTime.UtcNow))
    {
        ImagesShown = state.Images,
    };

    /// <summary>The largest over all outputs, each as a share of what that output reaches.</summary>
    private static double Difference(
        byte[] onnx, ModelCard card, IReadOnlyList<OnnxInput> inputs, IReadOnlyList<string> outputs, Block network, IReadOnlyDictionary<string, StoredArray> weights)
    {
        const int images = 2;
        var (low, width) = card.Range.Bounds();
        var random = new SampleRandom(1, 0);
        var given = new List<float[]>();
        foreach (var input in inputs)
        {
            var values = new float[images * input.Shape.Aggregate(1, (count, extent) => count * extent)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = low + width * (float)random.NextDouble();
            }

            given.Add(values);
        }

        float[][] expected;
        using (new TensorScope())
        using (var torch = new TorchNetwork(card.Name, network, seed: 0))
        {
            torch.Load(weights);
            using var mode = Autograd.WithoutGradients();
            expected =
            [
                .. torch.Forward([.. inputs.Zip(given, (input, values) => Tensor.Of(values, [images, .. input.Shape.Select(extent => (long)extent)]))], new ForwardMode(Training: false, Precision.Fp32))
                    .Select(output => output.ToArray()),
            ];
        }

        using var model = OnnxModel.Load(onnx, $"the export of {card.Name}");
        var made = model.Run(inputs.Zip(given).ToDictionary(pair => pair.First.Name, pair => new Restoration.OnnxTensor(pair.Second, [images, .. pair.First.Shape])));
        return outputs.Zip(expected, (name, truth) =>
        {
            var actual = made[name].Values.Span;
            var (largest, extent) = (0.0, (double)width);
            for (var i = 0; i < truth.Length; i++)
            {
                largest = Math.Max(largest, Math.Abs(truth[i] - actual[i]));
                extent = Math.Max(extent, Math.Abs(truth[i]));
            }

            return largest / extent;
        }).Max();
    }
}
