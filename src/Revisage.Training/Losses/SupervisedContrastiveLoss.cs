using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// Metric learning over a batch (Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, equation 2): each
/// sample's embedding is to be nearer to those of its class than to all others,
/// mean over i and its positives p of -log (exp(zi.zp / T) / sum over a != i of exp(zi.za / T)).
/// </summary>
public static class SupervisedContrastiveLoss
{
    // Leaves a sample out of its own sum; finite, so that its product with 0 is 0.
    private const float Out = -1e9f;

    /// <param name="embeddings">[N, D], of length 1.</param>
    /// <param name="classes">N; a negative one is a class of its own.</param>
    /// <param name="temperature">The lower, the more the nearest others count.</param>
    /// <returns>0 where no two are of one class.</returns>
    public static Tensor Of(Tensor embeddings, IReadOnlyList<int> classes, double temperature)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(classes);
        var count = classes.Count;
        var self = new float[count * count];
        var weights = new float[count * count];
        var positives = Enumerable.Range(0, count).Select(i => Enumerable.Range(0, count).Where(j => j != i && classes[i] >= 0 && classes[j] == classes[i]).ToArray()).ToArray();
        var anchors = positives.Count(others => others.Length > 0);
        for (var i = 0; i < count; i++)
        {
            self[i * count + i] = Out;
            foreach (var j in positives[i])
            {
                weights[i * count + j] = 1f / (positives[i].Length * anchors);
            }
        }

        var device = embeddings.IsCuda ? Device.Cuda() : Device.Cpu;
        var similarities = embeddings.MatMul(embeddings.Transpose(0, 1)) * (1 / temperature) + Tensor.Of(self, count, count).To(device);
        return -(similarities.LogSoftmax(1) * Tensor.Of(weights, count, count).To(device)).Sum();
    }
}
