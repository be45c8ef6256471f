using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Torch;

namespace Revisage.Training.Runs;

/// <summary>
/// An exponential moving average of a network's weights, which is what is validated and shipped:
/// average += (1 - decay) * (weight - average). The statistics that batch normalisation keeps are averaged alike, or averaged weights
/// would meet those of the last weights alone; the vectors of spectral norms, which belong to the weights' direction, are copied.
/// </summary>
public sealed class MovingAverage : IDisposable
{
    private const string Suffix = ".average";

    private readonly TorchNetwork source;
    private readonly double decay;
    private readonly HashSet<Weight> copied;

    public MovingAverage(TorchNetwork source, double decay)
    {
        ArgumentNullException.ThrowIfNull(source);
        this.source = source;
        this.decay = decay;
        copied = [.. source.Weights.Select(named => named.Weight.Transform).OfType<SpectralNorm>().SelectMany(norm => new[] { norm.U, norm.V })];
        Network = new TorchNetwork(source.Name + Suffix, source.Block, seed: 0, source.Device)
        {
            Followed = source.Weights.ToDictionary(named => named.Weight, _ => 0L),
        };
        Start();
    }

    /// <summary>The averaged weights; same block, other numbers. It holds how many updates each has followed, over all phases.</summary>
    public TorchNetwork Network { get; }

    /// <summary>After each update of the network. Young averages forget faster, or the first weights would linger.</summary>
    /// <param name="used">Which weights were updated; null for all. Those that wait for a later phase do not grow old meanwhile.</param>
    public void Update(Func<NamedWeight, bool>? used = null)
    {
        using var mode = Autograd.WithoutGradients();
        foreach (var named in source.Weights.Where(named => used?.Invoke(named) ?? true))
        {
            var updates = ++Network.Followed![named.Weight];
            Follow(named.Weight, 1 - Math.Min(decay, (1.0 + updates) / (10 + updates)));
        }
    }

    public void Dispose() => Network.Dispose();

    /// <summary>The name of the network that one of this name is the average of.</summary>
    internal static string SourceOf(string average) => average[..^Suffix.Length];

    private void Start()
    {
        using var mode = Autograd.WithoutGradients();
        foreach (var (_, weight) in source.Weights)
        {
            Follow(weight, 1);
        }
    }

    private void Follow(Weight weight, double share)
    {
        if (share < 1 && !copied.Contains(weight))
        {
            Network[weight].Lerp(source[weight], share);
        }
        else
        {
            Network[weight].Copy(source[weight]);
        }
    }
}
