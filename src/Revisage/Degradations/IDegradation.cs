using Revisage.Imaging;
namespace Revisage.Degradations;

/// <summary>One step from a good picture to a poor one. Safe for many threads.</summary>
public interface IDegradation
{
    /// <param name="random">The sample's own, so that the result follows from seed and sample number.</param>
    RgbPicture Apply(RgbPicture picture, ref SampleRandom random);
}

/// <summary>Steps in the order given.</summary>
public sealed class DegradationChain(params IReadOnlyList<IDegradation> steps) : IDegradation
{
    public IReadOnlyList<IDegradation> Steps { get; } = steps;

    public RgbPicture Apply(RgbPicture picture, ref SampleRandom random)
    {
        foreach (var step in Steps)
        {
            picture = step.Apply(picture, ref random);
        }

        return picture;
    }
}
