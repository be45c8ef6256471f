using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Restoration;

/// <summary>
/// Makes what a model with <see cref="ModelCard.Guidance"/> takes: the face as another model makes it, the guide, what that other model
/// misses in the guide, and how the guide is laid over the face. May be used by many threads at once.
/// </summary>
internal sealed class GuidedRestoration : IDisposable
{
    private readonly FaceRestorer first;
    private readonly LandmarkDetector landmarks;

    private GuidedRestoration(FaceRestorer first, LandmarkDetector landmarks) => (this.first, this.landmarks) = (first, landmarks);

    /// <exception cref="MissingComponentException">One of the two models is not in the store.</exception>
    public static GuidedRestoration Open(Guidance guidance, ModelStore store, OnnxOptions? options)
    {
        var first = FaceRestorer.Open(store.Find(guidance.First), options);
        try
        {
            return new GuidedRestoration(first, LandmarkDetector.Open(store.Find(guidance.Landmarks), options));
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    /// <param name="faces">Small ones.</param>
    /// <param name="guides">Large ones, one a face.</param>
    /// <param name="range">Of the model that takes the result.</param>
    /// <returns>The model's inputs by name, as <see cref="GuidedInputs"/> lists them.</returns>
    public Dictionary<string, OnnxTensor> Prepare(IReadOnlyList<Image> faces, IReadOnlyList<Image> guides, ValueRange range, CancellationToken cancel)
    {
        var (small, side) = (first.Card.Input, first.Card.Output.Width);
        var made = first.Restore(faces, cancel);
        var missed = first.Restore([.. guides.Select(guide => PillowResize.Resize(guide, small.Width, small.Height, ResampleFilter.Bicubic))], cancel);
        var (points, guidePoints) = (landmarks.Detect(made, cancel), landmarks.Detect(guides, cancel));
        var inputs = GuidedInputs.Shapes(side).ToDictionary(input => input.Name, input => new float[faces.Count * input.Channels * side * side]);
        for (var i = 0; i < faces.Count; i++)
        {
            range.FromUnit(made[i].Pixels, Part(GuidedInputs.Sr));
            range.FromUnit(guides[i].Pixels, Part(GuidedInputs.Guide));
            GuidedInputs.Missed(guides[i].Pixels, missed[i].Pixels, range, Part(GuidedInputs.Detail));
            GuideWarp.Write(points[i], guidePoints[i], side, Part(GuidedInputs.Flow), Part(GuidedInputs.Coverage));

            Span<float> Part(string name) => inputs[name].AsSpan(i * (inputs[name].Length / faces.Count), inputs[name].Length / faces.Count);
        }

        return inputs.ToDictionary(input => input.Key, input => new OnnxTensor(input.Value, faces.Count, input.Value.Length / (faces.Count * side * side), side, side));
    }

    public void Dispose()
    {
        first.Dispose();
        landmarks.Dispose();
    }
}

/// <summary>What a model with <see cref="ModelCard.Guidance"/> takes, all [N, C, H, W] of the large face's size.</summary>
public static class GuidedInputs
{
    /// <summary>[N, 3, H, W], the face that another model made, in the model's range.</summary>
    public const string Sr = "sr";

    /// <summary>[N, 3, H, W], another photograph of the person, in the model's range.</summary>
    public const string Guide = ModelCard.GuideName;

    /// <summary>[N, 3, H, W]: the guide less what the other model makes of the guide made small.</summary>
    public const string Detail = "detail";

    /// <summary>[N, 2, H, W], in pixels: see <see cref="GuideWarp"/>.</summary>
    public const string Flow = "flow";

    /// <summary>[N, 1, H, W], 0 to 1: see <see cref="GuideWarp"/>. 0 everywhere is no guide.</summary>
    public const string Coverage = "coverage";

    /// <summary>In the order of the network's inputs.</summary>
    /// <param name="side">Of the large face.</param>
    public static IReadOnlyList<(string Name, int Channels, int Side)> Shapes(int side) => [(Sr, 3, side), (Guide, 3, side), (Detail, 3, side), (Flow, 2, side), (Coverage, 1, side)];

    /// <summary><see cref="Detail"/> of one face: a difference, which has no offset in any range.</summary>
    public static void Missed(ReadOnlySpan<float> guide, ReadOnlySpan<float> made, ValueRange range, Span<float> detail)
    {
        var (_, width) = range.Bounds();
        for (var i = 0; i < detail.Length; i++)
        {
            detail[i] = width * (guide[i] - made[i]);
        }
    }
}
