using Revisage.Fixtures;
using Revisage.Torch;

namespace Revisage.Training.Tests.Layers;

/// <summary>
/// Convolutions of all layouts, in both precisions, forward and backward, read no memory that nothing was written to: some versions of LibTorch
/// do on some processors, where output channels are no multiple of 16, or are 1 or 3.
/// </summary>
[Trait("Category", "torch")]
[Collection(RunsAlone.Name)]
public class PoisonedHeapTests
{
    // Weights' gradients are sums of some thousand products, which fall out in another order where memory lies otherwise.
    private const double Fp32 = 1e-5;
    private const double Bf16 = 1.0 / 128;

    public static TheoryData<int, int, int, MemoryFormat, ScalarType> Cases()
    {
        var cases = new TheoryData<int, int, int, MemoryFormat, ScalarType>();
        foreach (var (from, to, kernel) in new[] { (3, 64, 3), (64, 64, 3), (64, 3, 3), (64, 1, 3), (1, 64, 3), (20, 24, 3), (16, 20, 1), (64, 256, 3), (68, 17, 4) })
        {
            foreach (var layout in new[] { MemoryFormat.Contiguous, MemoryFormat.ChannelsLast })
            {
                cases.Add(from, to, kernel, layout, ScalarType.Float);
                cases.Add(from, to, kernel, layout, ScalarType.BFloat16);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_convolution_is_the_same_as_in_clean_memory(int from, int to, int kernel, MemoryFormat layout, ScalarType type)
    {
        var clean = Convolve(from, to, kernel, layout, type);
        using var poison = new PoisonedHeap();

        var poisoned = Convolve(from, to, kernel, layout, type);

        foreach (var (name, values) in clean)
        {
            poisoned[name].ShouldBeClose(values, type == ScalarType.Float ? Fp32 : Bf16, name);
        }
    }

    /// <summary>In 32 bits only, as networks compute them.</summary>
    [Theory]
    [InlineData(64, 3, MemoryFormat.Contiguous)]
    [InlineData(64, 3, MemoryFormat.ChannelsLast)]
    [InlineData(20, 24, MemoryFormat.Contiguous)]
    [InlineData(20, 24, MemoryFormat.ChannelsLast)]
    public void So_is_a_transposed_one(int from, int to, MemoryFormat layout)
    {
        var clean = Convolve(from, to, 4, layout, ScalarType.Float, transposed: true);
        using var poison = new PoisonedHeap();

        var poisoned = Convolve(from, to, 4, layout, ScalarType.Float, transposed: true);

        foreach (var (name, values) in clean)
        {
            poisoned[name].ShouldBeClose(values, Fp32, name);
        }
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(1 << 20)]
    [InlineData(16 << 20)]
    public void New_memory_is_NaN_meanwhile(int bytes)
    {
        using var poison = new PoisonedHeap();

        PoisonedHeap.Works(bytes).ShouldBeTrue();
    }

    /// <summary>y and the gradients of sum(y * cotangent), by name.</summary>
    private static Dictionary<string, float[]> Convolve(int from, int to, int kernel, MemoryFormat layout, ScalarType type, bool transposed = false)
    {
        using var scope = new TensorScope();
        Tensor Leaf(string name, double reach, params long[] shape)
        {
            var values = new float[shape.Aggregate(1L, (count, extent) => count * extent)];
            Numbers.Fill(values, $"poisoned.{name}", -reach, reach);
            var leaf = Tensor.Of(values, shape).To(type);
            leaf = shape.Length == 4 ? leaf.Contiguous(layout) : leaf;
            leaf.RequiresGrad = true;
            return leaf;
        }

        var reach = 1 / Math.Sqrt(from * kernel * kernel);
        var (x, bias) = (Leaf("x", 1, 3, from, 13, 11), Leaf("bias", 1, to));
        var weight = transposed ? Leaf("weight", reach, from, to, kernel, kernel) : Leaf("weight", reach, to, from, kernel, kernel);
        var y = transposed ? x.ConvTranspose2d(weight, bias, 2, 1, 0, 1) : x.Conv2d(weight, bias, 1, kernel / 2, 1, 1);
        var cotangent = new float[y.Count];
        Numbers.Fill(cotangent, "poisoned.cotangent");
        var gradients = Autograd.Gradients([y], [Tensor.Of(cotangent, [.. y.Shape]).To(type).Contiguous(layout)], [x, weight, bias]);
        return new()
        {
            ["y"] = y.ToArray(),
            ["d.x"] = gradients[0].ToArray(),
            ["d.weight"] = gradients[1].ToArray(),
            ["d.bias"] = gradients[2].ToArray(),
        };
    }
}
