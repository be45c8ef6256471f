using Revisage.Evaluation;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Methods;
using Revisage.Training.Runs;

namespace Revisage.Training.Onnx.Int8;

/// <summary>From an exported model of 32-bit floats to one that computes in 8-bit integers.</summary>
public static class Int8Export
{
    // Faces whose activations are in memory together.
    private const int Batch = 4;

    // As one network computes that was recorded twice.
    private const double Tolerance = 1e-5;

    /// <param name="full">A model that <see cref="ModelExport"/> wrote.</param>
    /// <param name="onnxPath">NAME.onnx; NAME becomes the model's name.</param>
    /// <param name="set">Whose training faces the ranges are measured on.</param>
    /// <exception cref="RevisageException">The model is no super-resolver of upright faces, or the set has no training faces; nothing is written then.</exception>
    public static ExportedModel Write(StoredModel full, string onnxPath, FaceSet set, Int8Options? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(full);
        ArgumentNullException.ThrowIfNull(set);
        options ??= new Int8Options();
        var protocol = ProtocolOf(full.Card);
        var (recipe, weights) = Read(full);
        var method = MethodCatalog.Find(recipe.Method);
        var network = method.ShippedNetwork(recipe);
        var recorded = OnnxExport.Graph(
            ModelExport.NameOf(onnxPath),
            method.Inputs(recipe),
            inputs => [.. method.Outputs(recipe).Zip(network.ForwardAll(inputs))],
            named => weights.TryGetValue(named.Path, out var array) ? array.ToFloats() : throw new RevisageException($"'{full.Path}' lacks the weight '{named.Path}' of {method.Id}."),
            network.NamedWeights());
        var graph = new Int8Graph(recorded.Recording);
        var (calibration, comparison) = Faces(full.Card, set, protocol, options, cancel);
        var observers = Observe(graph, recorded, full.Card, calibration, cancel);
        var expected = Outputs(File.ReadAllBytes(full.Path), full.Card, comparison, cancel);
        if (!(Error(Outputs(OnnxWriter.Write(recorded.Recording, new Dictionary<string, string>()), full.Card, comparison, cancel), expected) <= Tolerance * Tolerance))
        {
            throw new RevisageException($"'{full.Path}' does not compute what the network of '{recipe.Method}' does with its weights. Export it again by 'revisage export'.");
        }

        var (bytes, card) = options.Shares.Select(share =>
        {
            var made = full.Card with
            {
                Name = recorded.Name,
                Results = [],
                Sha256 = null,
                Quantization = new Quantization(full.Name, StoredModel.HashOf(full.Path), Quantization.Int8, graph.Convolutions, calibration.Count, share),
            };
            var model = OnnxWriter.Write(
                graph.Quantized(observers.ToDictionary(pair => pair.Key, pair => Range(pair.Value, share))),
                new Dictionary<string, string> { [OnnxModel.CardKey] = made.ToJson() });
            return (Model: model, Card: made, Error: Error(Outputs(model, full.Card, comparison, cancel), expected));
        }).MinBy(candidate => candidate.Error) is var best ? (best.Model, best.Card) : default;
        AtomicFile.WriteAllBytes(onnxPath, bytes);
        (card with { Sha256 = StoredModel.HashOf(onnxPath) }).Write(Path.ChangeExtension(onnxPath, ".json"));
        return new ExportedModel(onnxPath, card, Math.Sqrt(best.Error), recipe.Data);
    }

    /// <summary>The protocol by which a model's faces are made small, and by which its loss is measured.</summary>
    /// <exception cref="RevisageException">There is none.</exception>
    public static Protocol ProtocolOf(ModelCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        return card.Quantization is not null
            ? throw new RevisageException($"'{card.Name}' is in 8 bits already. Name '{card.Quantization.Of}', which it was made of.")
            : card is { Task: ModelTask.SuperResolution, NeedsGuide: false, Unaligned: false }
                && Protocol.All.FirstOrDefault(one => one is { Guided: false, Unaligned: false, ComparesFiles: false } && (one.Lr, one.Hr) == (card.Input.Width, card.Output.Width)) is { } protocol
                ? protocol
                : throw new RevisageException($"'{card.Name}' is not for upright faces alone of a size that a protocol has, so there is nothing to measure its ranges on. Leave out --int8.");
    }

    // A file that says nothing of its recipe may be of its method's own sizes; whether it is, its outputs tell.
    private static (Recipe Recipe, IReadOnlyDictionary<string, StoredArray> Weights) Read(StoredModel full)
    {
        var file = OnnxWeights.Read(full.Path);
        return file.Metadata.ContainsKey(ShippedNetwork.RecipeKey)
            ? ShippedNetwork.Read(full)
            : (RecipeFile.Parse($"method: {full.Card.Method}", $"of '{full.Path}'", []), file.Arrays);
    }

    private static ByteRange Range(ActivationObserver observer, double share) => observer.Range(share) is var (low, high) ? ByteRange.Of(low, high) : default;

    private static (IReadOnlyList<float[]> Calibration, IReadOnlyList<float[]> Comparison) Faces(
        ModelCard card, FaceSet set, Protocol protocol, Int8Options options, CancellationToken cancel)
    {
        var faces = set.OfSplit(FaceSplit.Train).Taken(protocol).Faces;
        var wanted = Math.Min(faces.Count, options.CalibrationFaces + options.ComparisonFaces);
        float[][] small =
        [
            .. Enumerable.Range(0, wanted).Select(i =>
            {
                cancel.ThrowIfCancellationRequested();
                var face = protocol.MakePair(faces[(int)((long)i * faces.Count / wanted)]).Lr;
                var values = new float[face.Pixels.Length];
                card.Range.FromUnit(face.Pixels, values);
                return values;
            }),
        ];
        // Of every so many one, so that both come from all of the set.
        var step = Math.Max(2, wanted / Math.Max(1, options.ComparisonFaces));
        var comparison = small.Where((_, i) => i % step == step - 1).ToArray();
        return comparison.Length == 0 ? (small, small) : ([.. small.Where((_, i) => i % step != step - 1)], comparison);
    }

    private static Dictionary<string, ActivationObserver> Observe(Int8Graph graph, OnnxGraph recorded, ModelCard card, IReadOnlyList<float[]> faces, CancellationToken cancel)
    {
        using var model = Load(OnnxWriter.Write(graph.Observing(recorded.Shapes), new Dictionary<string, string>()), card);
        var observers = graph.Observed.ToDictionary(value => value, value => new ActivationObserver(value));
        foreach (var batch in faces.Chunk(Batch))
        {
            var values = Run(model, card, batch, cancel);
            Parallel.ForEach(observers, pair => pair.Value.Add(values[Int8Graph.OutputOf(pair.Key)].Values.Span));
        }

        return observers;
    }

    private static List<float[]> Outputs(byte[] onnx, ModelCard card, IReadOnlyList<float[]> faces, CancellationToken cancel)
    {
        using var model = Load(onnx, card);
        return [.. faces.Chunk(Batch).Select(batch => Run(model, card, batch, cancel)[card.OutputName].Values.ToArray())];
    }

    private static OnnxModel Load(byte[] onnx, ModelCard card) => OnnxModel.Load(onnx, $"the 8-bit export of {card.Name}");

    private static IReadOnlyDictionary<string, Restoration.OnnxTensor> Run(OnnxModel model, ModelCard card, float[][] faces, CancellationToken cancel) =>
        model.Run(
            new Dictionary<string, Restoration.OnnxTensor> { [card.InputName] = new(faces.SelectMany(face => face).ToArray(), [faces.Length, 3, card.Input.Height, card.Input.Width]) },
            cancel);

    /// <summary>The mean square of the differences.</summary>
    private static double Error(List<float[]> actual, List<float[]> expected) =>
        actual.Zip(expected).SelectMany(pair => pair.First.Zip(pair.Second, (one, other) => (double)(one - other) * (one - other))).Average();
}
