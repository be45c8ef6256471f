namespace Revisage.Training.Layers;

/// <summary>
/// A declared array of numbers that a <see cref="Block"/> owns: its shape, how it starts, and whether it is
/// learned. It holds no numbers itself; interpreters look those up by identity.
/// </summary>
public sealed class Weight(int[] shape, Initializer initializer)
{
    public IReadOnlyList<int> Shape { get; } = shape;

    public Initializer Initializer { get; } = initializer;

    /// <summary>False for buffers, such as running statistics, which are saved but not learned.</summary>
    public bool Learned { get; init; } = true;

    /// <summary>How the stored numbers become the ones that are used; null for as they are.</summary>
    public WeightTransform? Transform { get; init; }

    public long Count => Shape.Aggregate(1L, (count, extent) => count * extent);
}

/// <summary>
/// Fills a weight's stored numbers, given its shape and a source of random numbers, in row-major order.
/// </summary>
public delegate void Initializer(Span<float> values, IReadOnlyList<int> shape, Random random);

/// <summary>A function of a declared weight that every interpreter applies before use; export bakes it in.</summary>
public abstract record WeightTransform;

/// <summary>w * <paramref name="Gain"/>, a constant: equalised learning rate (Karras 2018, section 4.1).</summary>
public sealed record EqualizedRate(double Gain) : WeightTransform;

/// <summary>
/// w / sigma(w), the largest singular value of w seen as [Out, rest] by power iteration (Miyato 2018); every
/// training forward takes one more step, whose vectors are the buffers <paramref name="U"/> [Out] and
/// <paramref name="V"/> [rest].
/// </summary>
public sealed record SpectralNorm(Weight U, Weight V, double Epsilon = 1e-12) : WeightTransform;
