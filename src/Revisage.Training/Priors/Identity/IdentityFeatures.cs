using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Priors.Identity;

/// <summary>
/// The shipped identity encoder as identity losses look through it, its weights fixed. Faces of another size than its own are
/// brought to that by antialiased bicubic.
/// </summary>
public sealed class IdentityFeatures : IDisposable
{
    /// <summary>The shipped model in the place of GWAInet's VGG-16.</summary>
    public const string Prior = "inet";

    private readonly TorchNetwork network;
    private readonly long side;
    private readonly double factor;
    private readonly double offset;

    private IdentityFeatures(TorchNetwork network, long side, double factor, double offset) =>
        (this.network, this.side, this.factor, this.offset) = (network, side, factor, offset);

    /// <param name="range">Of the faces that will be compared.</param>
    /// <exception cref="RevisageException">The model is absent or damaged.</exception>
    public static IdentityFeatures Open(ValueRange range, TrainingSetting setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        var stored = setting.Models.Find(Prior);
        var own = ShippedNetwork.Read(stored).Recipe.Data;
        var ((low, width), (ownLow, ownWidth)) = (range.Bounds(), own.Range.Bounds());
        return new IdentityFeatures(ShippedNetwork.Open(stored, Prior, setting.Device), own.HighRes, (double)ownWidth / width, ownLow - (double)low * ownWidth / width);
    }

    /// <summary><see cref="IdentityLoss"/>, unweighted.</summary>
    /// <param name="sr">[N, 3, H, W], which carries the gradient.</param>
    /// <param name="hr">Likewise; none passes through it.</param>
    public Tensor Loss(Tensor sr, Tensor hr, Precision precision)
    {
        ArgumentNullException.ThrowIfNull(hr);
        Tensor truth;
        using (Autograd.WithoutGradients())
        {
            truth = Embed(hr, precision);
        }

        return IdentityLoss.Of(Embed(sr, precision), truth);
    }

    public void Dispose() => network.Dispose();

    private Tensor Embed(Tensor faces, Precision precision)
    {
        var fitted = faces.Shape[2] == side && faces.Shape[3] == side ? faces : faces.UpsampleBicubic2dAntialiased(side, side, alignCorners: false);
        return network.Forward(factor == 1 && offset == 0 ? fitted : fitted * factor + offset, new ForwardMode(Training: false, precision));
    }
}
