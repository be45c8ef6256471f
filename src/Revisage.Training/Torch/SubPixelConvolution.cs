using Revisage.Torch;

namespace Revisage.Training.Torch;

/// <summary>
/// A transposed convolution as a convolution of the small map, whose channels are the pixels of the large one, and a pixel shuffle
/// (Shi et al., "Is the deconvolution layer the same as a convolutional layer?", 2016). The same numbers, and many times
/// faster on a CPU: LibTorch 1.13 transposes convolutions in 32 bits and by a slow path.
/// </summary>
internal sealed class SubPixelConvolution
{
    private readonly int kernel;
    private readonly int stride;
    private readonly int window;
    private readonly long[] taps;

    private SubPixelConvolution(int kernel, int stride, int padding, int growth)
    {
        // Large pixel s i + a sees small pixel i + d through tap a + p - s d.
        int Nearest(int a) => (int)Math.Floor((double)(a + padding) / stride);
        int Furthest(int a) => -(int)Math.Floor((double)(kernel - 1 - a - padding) / stride);
        (this.kernel, this.stride) = (kernel, stride);
        Padding = Math.Max(0, Math.Max(-Furthest(0), growth + Nearest(stride - 1)));
        window = 2 * Padding - growth + 1;
        taps =
        [
            .. from a in Enumerable.Range(0, stride)
               from d in Enumerable.Range(-Padding, window)
               let tap = a + padding - stride * d
               select tap >= 0 && tap < kernel ? tap : kernel,
        ];
    }

    /// <summary>Of the convolution of the small map.</summary>
    public int Padding { get; }

    /// <summary>Null where the large map is no whole number of times the small one's pixels.</summary>
    public static SubPixelConvolution? Of(int kernel, int stride, int padding, int outputPadding)
    {
        var (growth, rest) = Math.DivRem(kernel - 2 * padding + outputPadding - stride, stride);
        return rest == 0 ? new(kernel, stride, padding, growth) : null;
    }

    /// <summary>[in, out / groups, k, k] to [out s², in / groups, w, w].</summary>
    public Tensor Weight(Tensor weight, int groups, Device device)
    {
        var (inputs, outputs) = (weight.Shape[0] / groups, weight.Shape[1]);
        var index = Tensor.Of(taps, taps.Length).To(device);
        return weight.ConstantPad(0, 0, 1, 0, 1)                        // tap k is 0
            .IndexSelect(2, index).IndexSelect(3, index)
            .Reshape(groups, inputs, outputs, stride, window, stride, window)
            .Permute(0, 2, 3, 5, 1, 4, 6)
            .Reshape(groups * outputs * stride * stride, inputs, window, window);
    }

    /// <summary>[out] to [out s²].</summary>
    public Tensor Bias(Tensor bias) => bias.Reshape(-1, 1).Expand(bias.Shape[0], stride * stride).Reshape(-1);
}
