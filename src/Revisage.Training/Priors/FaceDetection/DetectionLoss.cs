using Revisage.Faces;
using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Priors.FaceDetection;

/// <summary>
/// What a detector is trained by: the focal loss of scores (Lin et al., ICCV 2017, equation 5: -alpha (1 - p)^2 log p where there is a
/// face, -(1 - alpha) p^2 log(1 - p) where there is none), 1 - GIoU of boxes (Rezatofighi et al., CVPR 2019), and the distance of
/// known landmarks in shares of the face. All are means over cells that have a face.
/// </summary>
public static class DetectionLoss
{
    private const double Alpha = 0.4;

    /// <param name="maps">Of all levels, [N, 15, H / stride, W / stride].</param>
    public static LossTerms Of(IReadOnlyList<Tensor> maps, DetectionTargets targets)
    {
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(targets);
        var device = maps[0].IsCuda ? Device.Cuda() : Device.Cpu;
        // [N, 15, H, W] to [N * H * W, 15], level after level.
        var cells = Tensor.Cat([.. maps.Select(map => map.Permute(0, 2, 3, 1).Reshape(-1, FaceCandidates.Channels))], 0);
        var positives = Math.Max(1, targets.Cells.Count);
        var losses = new LossTerms().Add("score", 1, Focal(cells.Narrow(1, 0, 1).Reshape(-1), Row(targets.Scores), Row(targets.Counts)) / positives);
        if (targets.Cells.Count == 0)
        {
            // Every parameter takes part in every loss.
            return losses.Add("box", 2, cells.Sum() * 0).Add("landmark", 1, cells.Sum() * 0);
        }

        var chosen = cells.IndexSelect(0, Tensor.Of([.. targets.Cells.Select(cell => (long)cell)], targets.Cells.Count).To(device));
        var truth = Tensor.Of(targets.Faces.SelectMany(face => face).Select(value => float.IsNaN(value) ? 0 : value).ToArray(), targets.Cells.Count, FaceCandidates.Channels - 1).To(device);
        var known = Tensor.Of(targets.Faces.Select(face => float.IsNaN(face[4]) ? 0f : 1f).ToArray(), targets.Cells.Count, 1).To(device);
        return losses
            .Add("box", 2, Boxes(chosen, truth) / positives)
            .Add("landmark", 1, Landmarks(chosen, truth, known) / Math.Max(1, targets.Faces.Count(face => !float.IsNaN(face[4]))));

        Tensor Row(float[] values) => Tensor.Of(values, values.Length).To(device);
    }

    private static Tensor Focal(Tensor logits, Tensor truth, Tensor counts)
    {
        var score = logits.Sigmoid();
        // -log p of the truth, without overflow: softplus(x) - x t.
        var entropy = logits.Softplus() - logits * truth;
        var missed = (truth - score).Pow(2);
        var weight = truth * (2 * Alpha - 1) + (1 - Alpha);
        return (entropy * missed * weight * counts).Sum();
    }

    private static Tensor Boxes(Tensor found, Tensor truth)
    {
        // Logarithms are capped where decoding caps them.
        var size = found.Narrow(1, 3, 2).Clamp(null, 8).Exp();
        var (centre, trueCentre, trueSize) = (found.Narrow(1, 1, 2), truth.Narrow(1, 0, 2), truth.Narrow(1, 2, 2));
        var (low, high) = (centre - size * 0.5, centre + size * 0.5);
        var (trueLow, trueHigh) = (trueCentre - trueSize * 0.5, trueCentre + trueSize * 0.5);
        var shared = Product((Lesser(high, trueHigh) - Greater(low, trueLow)).Relu());
        var hull = Product(Greater(high, trueHigh) - Lesser(low, trueLow));
        var union = Product(size) + Product(trueSize) - shared;
        // 1 - GIoU = 1 - shared / union + (hull - union) / hull.
        return (2 - shared / union - union / hull).Sum();

        static Tensor Greater(Tensor a, Tensor b) => a + (b - a).Relu();

        static Tensor Lesser(Tensor a, Tensor b) => a - (a - b).Relu();

        static Tensor Product(Tensor sides) => sides.Narrow(1, 0, 1) * sides.Narrow(1, 1, 1);
    }

    private static Tensor Landmarks(Tensor found, Tensor truth, Tensor known)
    {
        const int values = 2 * DetectedFace.LandmarkCount;
        var distance = (found.Narrow(1, 5, values) - truth.Narrow(1, 4, values)).Abs().Mean([1], keepDim: true);
        return (distance / truth.Narrow(1, 2, 2).Mean([1], keepDim: true) * known).Sum() * 4;
    }
}
