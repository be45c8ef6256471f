using Revisage.Faces;
using Revisage.Restoration;

namespace Revisage.Evaluation;

/// <summary>The installed networks that metrics look through; a metric whose network is not installed is left out, and said to be.</summary>
public sealed class ComparingNetworks : IDisposable
{
    private ComparingNetworks(IReadOnlyList<(Metric, string)> absent) => Absent = absent;

    public LandmarkDetector? Landmarks { get; private init; }

    public IdentityEncoder? Identity { get; private init; }

    public PerceptualDistance? Lpips { get; private init; }

    public PerceptualDistance? LpipsVgg { get; private init; }

    public FeatureExtractor? Inception { get; private init; }

    public StagedFeatures? Resnet18 { get; private init; }

    /// <summary>The metrics that are left out, and why.</summary>
    public IReadOnlyList<(Metric Metric, string Reason)> Absent { get; }

    /// <summary>Looks for <c>landmarks</c>, <c>identity-eval</c>, <c>lpips-alex</c>, <c>lpips-vgg</c>, <c>inception</c> and <c>resnet18</c>.</summary>
    /// <exception cref="RevisageException">One that is installed is damaged.</exception>
    public static ComparingNetworks Open(ModelStore store, OnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        var absent = new List<(Metric, string)>();
        var opened = new List<IDisposable>();
        try
        {
            return new ComparingNetworks(absent)
            {
                Landmarks = Find("landmarks", LandmarkDetector.Open, Metric.Nme, Metric.LandmarkDistance),
                Identity = Find("identity-eval", IdentityEncoder.Open, Metric.Identity, Metric.FrechetIdentity),
                Lpips = Find("lpips-alex", PerceptualDistance.Open, Metric.Lpips),
                LpipsVgg = Find("lpips-vgg", PerceptualDistance.Open, Metric.LpipsVgg),
                Inception = Find("inception", FeatureExtractor.Open, Metric.Fid),
                Resnet18 = Find("resnet18", StagedFeatures.Open, Metric.PerceptualResnet18, Metric.FrechetResnet18),
            };
        }
        catch
        {
            opened.ForEach(network => network.Dispose());
            throw;
        }

        T? Find<T>(string name, Func<StoredModel, OnnxOptions?, T> open, params Metric[] metrics)
            where T : class, IDisposable
        {
            if (store.List().FirstOrDefault(model => model.Name == name && File.Exists(model.Path)) is { } stored)
            {
                var network = open(stored, options);
                opened.Add(network);
                return network;
            }

            var way = name == "resnet18" ? $"it is imported by: revisage import --method {name} -o {Path.Combine(store.Folder, name)}.onnx" : "docs/priors.md says how to get it";
            absent.AddRange(metrics.Select(metric => (metric, $"there is no model '{name}' in '{store.Folder}'; {way}")));
            return null;
        }
    }

    /// <summary>None: only what is computed from pixels is compared.</summary>
    public static ComparingNetworks None() => new(
        [.. new[] { Metric.Nme, Metric.LandmarkDistance, Metric.Identity, Metric.FrechetIdentity, Metric.Lpips, Metric.LpipsVgg, Metric.Fid, Metric.PerceptualResnet18, Metric.FrechetResnet18 }.Select(metric => (metric, "not asked for"))]);

    public void Dispose()
    {
        Landmarks?.Dispose();
        Identity?.Dispose();
        Lpips?.Dispose();
        LpipsVgg?.Dispose();
        Inception?.Dispose();
        Resnet18?.Dispose();
    }
}
