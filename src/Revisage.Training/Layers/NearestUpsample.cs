namespace Revisage.Training.Layers;

/// <summary><paramref name="factor"/> times the height and width, each pixel repeated.</summary>
public sealed class NearestUpsample(int factor) : Block
{
    public override FeatureMap Forward(FeatureMap x) => x.Resize(Interpolation.Nearest, factor);
}
