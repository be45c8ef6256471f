using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.Progressive;

/// <summary>
/// The heatmaps that the losses compare, drawn by a landmark network whose weights are fixed: the distilled FAN, at the
/// face's own size, or the original, which wants 256 pixels and gives maps of 64 (Kim 2019, table 1).
/// </summary>
internal sealed class AlignmentMaps : IDisposable
{
    private readonly TorchNetwork network;
    private readonly AlignmentOptions options;
    private readonly ValueRange range;
    private readonly ForwardMode mode;

    // What the original takes; 0 for the distilled one, which takes any size.
    private readonly int fixedSide;

    private AlignmentMaps(TorchNetwork network, int fixedSide, AlignmentOptions options, ValueRange range, Precision precision)
    {
        (this.network, this.fixedSide, this.options, this.range) = (network, fixedSide, options, range);
        mode = new ForwardMode(options.BatchStatistics, precision);
    }

    /// <param name="range">Of the faces.</param>
    /// <exception cref="RevisageException">The model is absent, or draws no heatmaps.</exception>
    public static AlignmentMaps Open(AlignmentOptions options, ValueRange range, Precision precision, TrainingSetting setting)
    {
        var model = Find(options, setting.Models);
        var card = model.Card;
        return new AlignmentMaps(ShippedNetwork.Open(model, "alignment", setting.Device), card.Method == "fan" ? card.Input.Width : 0, options, range, precision);
    }

    /// <summary>The model, found before anything trains for hours.</summary>
    /// <inheritdoc cref="Open"/>
    public static StoredModel Find(AlignmentOptions options, ModelStore models)
    {
        var model = models.Find(options.Model);
        return model.Card.Task == ModelTask.Heatmaps ? model : throw new RevisageException(
            $"The model '{options.Model}' draws no heatmaps of landmarks. Set alignment.model to 'distilled-fan', or to FAN itself as 'revisage import FILE --method fan -o models/fan.onnx' writes it.");
    }

    /// <summary>[N, 3, H, W] in the recipe's range to [N, 68, h, w], not normalised; gradients pass.</summary>
    public Tensor Of(Tensor faces)
    {
        var (low, width) = range.Bounds();
        var unit = (faces - low) * (1.0 / width);
        var side = (int)faces.Shape[3];
        if (fixedSide > 0)
        {
            unit = unit.UpsampleBilinear2d(fixedSide, fixedSide, alignCorners: false);
        }
        else if (options.Side > 0 && side > options.Side)
        {
            unit = unit.AvgPool2d(side / options.Side, side / options.Side, 0);
        }

        return network.Forward(unit, mode);
    }

    /// <summary>How much each pixel counts by the true faces' heatmaps, [N, 1, H, W] in [0, 1]: the paper's M*.</summary>
    /// <param name="heatmaps">Of <see cref="Of"/>.</param>
    /// <param name="side">Of the faces.</param>
    public static Tensor Attention(Tensor heatmaps, int side)
    {
        var attention = HeatmapLoss.Normalized(heatmaps).Amax([1], keepDim: true);
        return attention.Shape[3] == side ? attention : attention.UpsampleBilinear2d(side, side, alignCorners: false);
    }

    public void Dispose() => network.Dispose();
}
