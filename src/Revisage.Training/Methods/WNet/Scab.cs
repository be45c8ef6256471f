using Revisage.Training.Layers;

namespace Revisage.Training.Methods.WNet;

/// <summary>RCAB, RCAN's residual channel attention block (Zhang 2018, figure 4): two convolutions under channel attention, beside a skip. 74,436 parameters.</summary>
public sealed class Rcab(int channels) : Block
{
    private readonly Conv2d conv1 = new(channels, channels, 3, padding: 1);
    private readonly Conv2d conv2 = new(channels, channels, 3, padding: 1);
    private readonly ChannelAttention attention = new(channels);

    public override FeatureMap Forward(FeatureMap x) => x + attention.Forward(conv2.Forward(conv1.Forward(x).Relu()));
}

/// <summary>SCAB, W-Net's unit of features (section 3.3, equations 20 and 21): an RCAB, then self-attention between its channels. 92,552 parameters.</summary>
/// <remarks>The paper does not say how the two are joined: here one after the other, each beside a skip.</remarks>
public sealed class Scab(int channels) : Block
{
    private readonly Rcab rcab = new(channels);
    private readonly ChannelSelfAttention attention = new(channels);

    public override FeatureMap Forward(FeatureMap x)
    {
        x = rcab.Forward(x);
        return x + attention.Forward(x);
    }
}
