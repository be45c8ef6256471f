using Revisage.Torch;
using Revisage.Training.Torch;

namespace Revisage.Training.Training;

/// <summary>
/// An exponential moving average of a network's weights, which is what is validated and shipped:
/// average += (1 - decay) * (weight - average). Buffers are copied.
/// </summary>
public sealed class MovingAverage : IDisposable
{
    private readonly TorchNetwork source;
    private readonly double decay;

    public MovingAverage(TorchNetwork source, double decay)
    {
        ArgumentNullException.ThrowIfNull(source);
        this.source = source;
        this.decay = decay;
        Network = new TorchNetwork($"{source.Name}.average", source.Block, seed: 0, source.Device);
        Follow(1);
    }

    /// <summary>The averaged weights; same block, other numbers.</summary>
    public TorchNetwork Network { get; }

    /// <param name="updates">Updates so far. Young averages forget faster, or the first weights would linger.</param>
    public void Update(long updates) => Follow(1 - Math.Min(decay, (1.0 + updates) / (10 + updates)));

    public void Dispose() => Network.Dispose();

    private void Follow(double weight)
    {
        using var mode = Autograd.WithoutGradients();
        foreach (var (_, declared) in source.Weights)
        {
            if (declared.Learned && weight < 1)
            {
                Network[declared].Lerp(source[declared], weight);
            }
            else
            {
                Network[declared].Copy(source[declared]);
            }
        }
    }
}
