using Revisage.Torch;
using Revisage.Training.Layers;

namespace Revisage.Training.Torch;

/// <summary>
/// A network's weights as tensors, and the way in and out of its forward pass. Weights live until the network
/// is disposed, outside every scope.
/// </summary>
public sealed class TorchNetwork : IDisposable
{
    private readonly Dictionary<Weight, Tensor> numbers = [];

    /// <summary>Weights start as their initialisers say, in order of declaration, from <paramref name="seed"/>.</summary>
    /// <param name="name">The prefix of its arrays in checkpoints, and its name in errors.</param>
    public TorchNetwork(string name, Block block, int seed, Device device = default)
    {
        ArgumentNullException.ThrowIfNull(block);
        Name = name;
        Block = block;
        Device = device;
        Weights = block.NamedWeights();
        // CA5394: initial weights want repeatability, not secrecy.
#pragma warning disable CA5394
        var random = new Random(seed);
#pragma warning restore CA5394
        foreach (var (_, weight) in Weights)
        {
            var values = new float[weight.Count];
            weight.Initializer(values, weight.Shape, random);
            var tensor = TensorScope.Unscoped(() => Tensor.Of(values, [.. weight.Shape.Select(extent => (long)extent)]).To(device));
            tensor.RequiresGrad = weight.Learned;
            numbers.Add(weight, tensor);
        }

        Parameters = [.. Weights.Where(named => named.Weight.Learned).Select(named => numbers[named.Weight])];
    }

    public string Name { get; }

    public Block Block { get; }

    public Device Device { get; }

    /// <summary>Everything it saves, buffers included.</summary>
    public IReadOnlyList<NamedWeight> Weights { get; }

    /// <summary>What is learned, in order of declaration.</summary>
    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>Of an average: how many updates each of its weights has followed, which checkpoints keep; null for a network that is no average.</summary>
    public IDictionary<Weight, long>? Followed { get; init; }

    /// <summary>A tensor as this network's input.</summary>
    public FeatureMap Enter(Tensor x, ForwardMode mode) => new TorchMap(x, this, mode);

    /// <summary>A network's output as a tensor, in 32 bits.</summary>
    public static Tensor Leave(FeatureMap output) => output is TorchMap map
        ? map.Value.To(ScalarType.Float)
        : throw new ArgumentException($"A {output.GetType().Name} holds no tensor.", nameof(output));

    /// <summary>[N, ...] in, [N, ...] out, in 32 bits.</summary>
    public Tensor Forward(Tensor x, ForwardMode mode) => Leave(Block.Forward(Enter(x, mode)));

    /// <summary>All inputs in, all outputs out, as the network is exported; in 32 bits.</summary>
    public IReadOnlyList<Tensor> Forward(IReadOnlyList<Tensor> inputs, ForwardMode mode) =>
        [.. Block.ForwardAll([.. inputs.Select(input => Enter(input, mode))]).Select(Leave)];

    /// <summary>The stored numbers, as a checkpoint and an export want them.</summary>
    public IEnumerable<StoredArray> Save() => Weights.Select(named => StoredArray.Of(named.Path, numbers[named.Weight]));

    /// <summary>Takes the stored numbers of every weight.</summary>
    /// <exception cref="RevisageException">A weight is absent, or has another shape.</exception>
    public void Load(IReadOnlyDictionary<string, StoredArray> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        foreach (var (path, weight) in Weights)
        {
            if (!arrays.TryGetValue(path, out var array))
            {
                throw new RevisageException($"The weights of '{Name}' lack '{path}' ({string.Join('x', weight.Shape)}). They belong to another network or version.");
            }

            if (!array.Shape.SequenceEqual(weight.Shape.Select(extent => (long)extent)))
            {
                throw new RevisageException(
                    $"'{path}' of '{Name}' should be {string.Join('x', weight.Shape)}, but the file has {string.Join('x', array.Shape)}. It belongs to another network or to other options.");
            }

            using var mode = Autograd.WithoutGradients();
            using var values = array.ToTensor();
            numbers[weight].Copy(values);
        }
    }

    /// <summary>
    /// Its weights take no gradients from now on: of a network that losses look through. Where its input takes none either, a
    /// forward pass records nothing.
    /// </summary>
    public TorchNetwork Fix()
    {
        foreach (var tensor in numbers.Values)
        {
            tensor.RequiresGrad = false;
        }

        return this;
    }

    /// <summary>The tensor that holds a weight's stored numbers.</summary>
    public Tensor this[Weight weight] => numbers[weight];

    public void Dispose()
    {
        foreach (var tensor in numbers.Values)
        {
            tensor.Dispose();
        }
    }

    /// <summary>The numbers as the forward pass uses them: stored, then transformed.</summary>
    internal Tensor Number(Weight weight, bool training)
    {
        if (!numbers.TryGetValue(weight, out var stored))
        {
            throw new InvalidOperationException($"A weight of shape {string.Join('x', weight.Shape)} is not among those of '{Name}'.");
        }

        return weight.Transform switch
        {
            null => stored,
            EqualizedRate rate => stored * rate.Gain,
            SpectralNorm norm => SpectrallyNormalized(stored, norm, training),
            _ => throw new InvalidOperationException($"{weight.Transform.GetType().Name} has no meaning here yet."),
        };
    }

    // Miyato 2018, algorithm 1; the vectors take no gradient, sigma does, as in PyTorch.
    private Tensor SpectrallyNormalized(Tensor stored, SpectralNorm norm, bool training)
    {
        var matrix = stored.Reshape(stored.Shape[0], -1);
        var (u, v) = (numbers[norm.U], numbers[norm.V]);
        if (training)
        {
            using var mode = Autograd.WithoutGradients();
            v.Copy(Normalized(matrix.Transpose(0, 1).MatMul(u), norm.Epsilon));
            u.Copy(Normalized(matrix.MatMul(v), norm.Epsilon));
        }

        // Copies, since the next forward's power step would change what this one's backward reads.
        var sigma = (u.Clone() * matrix.MatMul(v.Clone())).Sum();
        return stored / sigma;
    }

    private static Tensor Normalized(Tensor vector, double epsilon) => vector / (vector * vector).Sum().Sqrt().Clamp(epsilon, null);
}
