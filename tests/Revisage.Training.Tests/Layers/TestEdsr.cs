using Revisage.Training.Layers;

namespace Revisage.Training.Tests.Layers;

/// <summary>EDSR's baseline with three upsamplers, as a network of realistic depth to count and record.</summary>
internal sealed class TestEdsr(int channels, int blocks) : Block
{
    private readonly Conv2d head = new(3, channels, 3, padding: 1);
    private readonly Sequence body = new([.. Enumerable.Range(0, blocks).Select(_ => new ResidualBlock(channels))]);
    private readonly Conv2d fuse = new(channels, channels, 3, padding: 1);
    private readonly Sequence up = new(new Upsampler(channels), new Upsampler(channels), new Upsampler(channels));
    private readonly Conv2d tail = new(channels, 3, 3, padding: 1);

    public override FeatureMap Forward(FeatureMap x)
    {
        x = head.Forward(x);
        x = x + fuse.Forward(body.Forward(x));
        return tail.Forward(up.Forward(x));
    }
}
