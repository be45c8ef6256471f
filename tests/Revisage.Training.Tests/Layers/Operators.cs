using Revisage.Fixtures;
using Revisage.Training.Layers;

namespace Revisage.Training.Tests.Layers;

/// <summary>
/// One small use of an operator. Inputs and weights have numbers that follow from their names alone (see
/// <see cref="Numbers"/>), so a reference in another language needs no file to compute the same case.
/// </summary>
public sealed class OperatorCase(
    string name,
    IReadOnlyList<OperatorInput> inputs,
    IReadOnlyList<NamedWeight> weights,
    Func<FeatureMap[], Weight[], FeatureMap> apply)
{
    private readonly Weight[] ordered = [.. weights.Select(named => named.Weight)];

    public string Name { get; } = name;

    public IReadOnlyList<OperatorInput> Inputs { get; } = inputs;

    /// <summary>By path; <see cref="Weight.Initializer"/> writes the case's numbers.</summary>
    public IReadOnlyList<NamedWeight> Weights { get; } = weights;

    /// <summary>Run as in training rather than as in use.</summary>
    public bool Training { get; init; }

    /// <summary>Critics' operators are executed and never exported.</summary>
    public bool Exported { get; init; } = true;

    public FeatureMap Apply(params FeatureMap[] inputs) => apply(inputs, ordered);

    public override string ToString() => Name;
}

/// <summary>An input's name (<c>case.x0</c>), its whole shape with N, and the range of its numbers.</summary>
public sealed record OperatorInput(string Name, int[] Shape, double Low, double High)
{
    public float[] Values()
    {
        var values = new float[Shape.Aggregate(1, (count, extent) => count * extent)];
        Numbers.Fill(values, Name, Low, High);
        return values;
    }
}

/// <summary>Every operator of <see cref="FeatureMap"/> in the variants that networks use, with odd sizes where they matter.</summary>
public static class Operators
{
    public static IReadOnlyList<OperatorCase> All { get; } = [.. Convolutions(), .. Norms(), .. Elementwise(), .. Spatial(), .. Shapes(), .. TrainingOnly()];

    public static TheoryData<string> Names => [.. All.Select(c => c.Name)];

    public static TheoryData<string> ExportedNames => [.. All.Where(c => c.Exported && !c.Training).Select(c => c.Name)];

    public static TheoryData<string> ConvolutionNames => [.. Convolutions().Select(c => c.Name)];

    public static OperatorCase Find(string name) => All.Single(c => c.Name == name);

    private static IEnumerable<OperatorCase> Convolutions()
    {
        yield return new Setup("conv2d").Input(2, 3, 5, 7).Weight("weight", 4, 3, 3, 3).Weight("bias", 4)
            .Is((x, w) => x[0].Conv2d(w[0], w[1], padding: 1));
        yield return new Setup("conv2d_stride").Input(2, 3, 9, 7).Weight("weight", 4, 3, 4, 4)
            .Is((x, w) => x[0].Conv2d(w[0], null, stride: 2, padding: 1));
        yield return new Setup("conv2d_dilation").Input(2, 3, 9, 7).Weight("weight", 4, 3, 3, 3).Weight("bias", 4)
            .Is((x, w) => x[0].Conv2d(w[0], w[1], padding: 2, dilation: 2));
        yield return new Setup("conv2d_groups").Input(2, 4, 5, 7).Weight("weight", 6, 2, 3, 3).Weight("bias", 6)
            .Is((x, w) => x[0].Conv2d(w[0], w[1], groups: 2));
        yield return new Setup("conv2d_equalized").Input(2, 3, 5, 7).Weight("weight", new EqualizedRate(0.25), 4, 3, 3, 3).Weight("bias", 4)
            .Is((x, w) => x[0].Conv2d(w[0], w[1], padding: 1));
        yield return new Setup("conv2d_spectral").Input(2, 3, 5, 7).SpectralWeight("weight", 4, 3, 3, 3).Weight("bias", 4)
            .Is((x, w) => x[0].Conv2d(w[0], w[^1], padding: 1));
        yield return new Setup("conv2d_weight_twice").Input(2, 3, 5, 7).Weight("weight", 3, 3, 3, 3).Weight("bias", 3)
            .Is((x, w) => x[0].Conv2d(w[0], w[1], padding: 1).Conv2d(w[0], w[1], padding: 1));
        yield return new Setup("conv_transpose2d_4_2_1").Input(2, 3, 5, 7).Weight("weight", 3, 4, 4, 4).Weight("bias", 4)
            .Is((x, w) => x[0].ConvTranspose2d(w[0], w[1], stride: 2, padding: 1));
        yield return new Setup("conv_transpose2d_square").Input(2, 4, 5, 7).Weight("weight", 4, 4, 4, 4)
            .Is((x, w) => x[0].ConvTranspose2d(w[0], null, stride: 2, padding: 1));
        yield return new Setup("conv_transpose2d_output_padding").Input(2, 3, 5, 7).Weight("weight", 3, 4, 3, 3).Weight("bias", 4)
            .Is((x, w) => x[0].ConvTranspose2d(w[0], w[1], stride: 2, padding: 1, outputPadding: 1));
        yield return new Setup("conv_transpose2d_uneven").Input(2, 3, 5, 7).Weight("weight", 3, 4, 3, 3).Weight("bias", 4)
            .Is((x, w) => x[0].ConvTranspose2d(w[0], w[1], stride: 2));
        yield return new Setup("conv_transpose2d_groups").Input(2, 4, 5, 7).Weight("weight", 4, 3, 3, 3).Weight("bias", 6)
            .Is((x, w) => x[0].ConvTranspose2d(w[0], w[1], groups: 2));
        yield return new Setup("linear").Input(3, 10).Weight("weight", 6, 10).Weight("bias", 6)
            .Is((x, w) => x[0].Linear(w[0], w[1]));
        yield return new Setup("linear_no_bias").Input(3, 10).Weight("weight", 6, 10)
            .Is((x, w) => x[0].Linear(w[0], null));
    }

    private static IEnumerable<OperatorCase> Norms()
    {
        yield return new Setup("batch_norm").Input(2, 3, 5, 7).Weight("weight", 3).Weight("bias", 3)
            .Buffer("running_mean", -1, 1, 3).Buffer("running_var", 0.25, 2, 3)
            .Is((x, w) => x[0].BatchNorm(w[0], w[1], w[2], w[3]));
        yield return new Setup("batch_norm_relu").Input(2, 3, 5, 7).Weight("weight", 3).Weight("bias", 3)
            .Buffer("running_mean", -1, 1, 3).Buffer("running_var", 0.25, 2, 3)
            .Is((x, w) => x[0].BatchNorm(w[0], w[1], w[2], w[3]).Relu());
        yield return new Setup("batch_norm_epsilon").Input(2, 3, 5, 7).Weight("weight", 3).Weight("bias", 3)
            .Buffer("running_mean", -1, 1, 3).Buffer("running_var", 0, 0.1, 3)
            .Is((x, w) => x[0].BatchNorm(w[0], w[1], w[2], w[3], epsilon: 0.01, momentum: 0.2));
        yield return new Setup("instance_norm").Input(2, 3, 5, 7)
            .Is((x, _) => x[0].InstanceNorm(null, null));
        yield return new Setup("instance_norm_affine").Input(2, 3, 5, 7).Weight("weight", 3).Weight("bias", 3)
            .Is((x, w) => x[0].InstanceNorm(w[0], w[1], epsilon: 0.001));
        yield return new Setup("l2_normalize").Input(2, 3, 5, 7)
            .Is((x, _) => x[0].L2Normalize());
        yield return new Setup("l2_normalize_vector_epsilon").InputWithin(0, 0.3, 3, 8)
            .Is((x, _) => x[0].L2Normalize(epsilon: 0.5));
        yield return new Setup("l2_normalize_last").Input(2, 3, 5, 7)
            .Is((x, _) => x[0].L2Normalize(axis: -1));
        yield return new Setup("softmax_channels").InputWithin(-4, 4, 2, 5, 3, 7)
            .Is((x, _) => x[0].Softmax(1));
        yield return new Setup("softmax_last").InputWithin(-4, 4, 2, 3, 5, 7)
            .Is((x, _) => x[0].Softmax(-1));
        yield return new Setup("softmax_rows").InputWithin(-4, 4, 2, 5, 7)
            .Is((x, _) => x[0].Softmax(-1));
    }

    private static IEnumerable<OperatorCase> Elementwise()
    {
        yield return new Setup("relu").Input(2, 3, 5, 7).Is((x, _) => x[0].Relu());
        yield return new Setup("leaky_relu").Input(2, 3, 5, 7).Is((x, _) => x[0].LeakyRelu(0.2));
        yield return new Setup("prelu_channels").Input(2, 3, 5, 7).Weight("weight", 3).Is((x, w) => x[0].PRelu(w[0]));
        yield return new Setup("prelu_shared").Input(2, 3, 5, 7).Weight("weight", 1).Is((x, w) => x[0].PRelu(w[0]));
        yield return new Setup("prelu_vector").Input(3, 6).Weight("weight", 6).Is((x, w) => x[0].PRelu(w[0]));
        yield return new Setup("sigmoid").InputWithin(-6, 6, 2, 3, 5, 7).Is((x, _) => x[0].Sigmoid());
        yield return new Setup("tanh").InputWithin(-4, 4, 2, 3, 5, 7).Is((x, _) => x[0].Tanh());
        yield return new Setup("abs").Input(2, 3, 5, 7).Is((x, _) => x[0].Abs());
        yield return new Setup("clamp").Input(2, 3, 5, 7).Is((x, _) => x[0].Clamp(-0.25, 0.5));
        yield return new Setup("add").Input(2, 3, 5, 7).Input(2, 3, 5, 7).Is((x, _) => x[0] + x[1]);
        yield return new Setup("add_itself").Input(2, 3, 5, 7).Is((x, _) => x[0] + x[0]);
        yield return new Setup("subtract").Input(2, 3, 5, 7).Input(2, 3, 5, 7).Is((x, _) => x[0] - x[1]);
        yield return new Setup("multiply").Input(2, 3, 5, 7).Input(2, 3, 5, 7).Is((x, _) => x[0] * x[1]);
        yield return new Setup("add_one_channel").Input(2, 3, 5, 7).Input(2, 1, 5, 7).Is((x, _) => x[0] + x[1]);
        yield return new Setup("subtract_from_one_channel").Input(2, 1, 5, 7).Input(2, 3, 5, 7).Is((x, _) => x[0] - x[1]);
        yield return new Setup("multiply_one_pixel").Input(2, 3, 5, 7).Input(2, 3, 1, 1).Is((x, _) => x[0] * x[1]);
        yield return new Setup("affine").Input(2, 3, 5, 7).Is((x, _) => x[0].Affine(-1.5, 0.25));
        yield return new Setup("affine_scale").Input(2, 3, 5, 7).Is((x, _) => 0.1 * x[0]);
        yield return new Setup("affine_offset").Input(2, 3, 5, 7).Is((x, _) => x[0] - 0.5);
        yield return new Setup("affine_identity").Input(2, 3, 5, 7).Is((x, _) => x[0].Affine(1, 0));
        yield return new Setup("multiply_weight").Input(2, 3, 5, 7).Weight("weight", 1, 3, 1, 1).Is((x, w) => x[0].Multiply(w[0]));
        yield return new Setup("add_weight").Input(2, 3, 5, 7).Weight("weight", 1, 3, 1, 1).Is((x, w) => x[0].Add(w[0]));
        yield return new Setup("add_weight_whole_map").Input(2, 3, 5, 7).Weight("weight", 1, 3, 5, 7).Is((x, w) => x[0].Add(w[0]));
        yield return new Setup("multiply_weight_scalar").Input(2, 3, 5, 7).Weight("weight", 1).Is((x, w) => x[0].Multiply(w[0]));
    }

    private static IEnumerable<OperatorCase> Spatial()
    {
        yield return new Setup("max_pool_2_2").Input(2, 3, 5, 7).Is((x, _) => x[0].MaxPool(2, 2));
        yield return new Setup("max_pool_3_2_1").InputWithin(-2, -1, 2, 3, 6, 7).Is((x, _) => x[0].MaxPool(3, 2, 1));
        yield return new Setup("average_pool_2_2").Input(2, 3, 5, 7).Is((x, _) => x[0].AveragePool(2, 2));
        yield return new Setup("average_pool_3_2_1").Input(2, 3, 6, 7).Is((x, _) => x[0].AveragePool(3, 2, 1));
        yield return new Setup("average_pool_3_1_1_uncounted").Input(2, 3, 5, 7).Is((x, _) => x[0].AveragePool(3, 1, 1, countPadding: false));
        yield return new Setup("global_average_pool").Input(2, 3, 5, 7).Is((x, _) => x[0].GlobalAveragePool());
        yield return new Setup("global_max_pool").Input(2, 3, 5, 7).Is((x, _) => x[0].GlobalMaxPool());
        yield return new Setup("channel_mean").Input(2, 3, 5, 7).Is((x, _) => x[0].ChannelMean());
        yield return new Setup("channel_max").Input(2, 3, 5, 7).Is((x, _) => x[0].ChannelMax());
        foreach (var kind in new[] { Interpolation.Nearest, Interpolation.Bilinear, Interpolation.Bicubic })
        {
#pragma warning disable CA1308 // Case names are lower case.
            var text = kind.ToString().ToLowerInvariant();
#pragma warning restore CA1308
            yield return new Setup($"resize_{text}_2").Input(2, 3, 5, 7).Is((x, _) => x[0].Resize(kind, 2));
            yield return new Setup($"resize_{text}_1.5").Input(2, 3, 5, 7).Is((x, _) => x[0].Resize(kind, 1.5));
            yield return new Setup($"resize_{text}_half").Input(2, 3, 8, 7).Is((x, _) => x[0].Resize(kind, 0.5));
        }

        yield return new Setup("resize_bilinear_8_corners").Input(2, 3, 5, 7).Is((x, _) => x[0].Resize(Interpolation.Bilinear, 8, alignCorners: true));
        yield return new Setup("resize_bicubic_8_corners").Input(2, 3, 5, 7).Is((x, _) => x[0].Resize(Interpolation.Bicubic, 8, alignCorners: true));
        yield return new Setup("resize_pillow_bicubic_8").Input(2, 3, 5, 7).Is((x, _) => x[0].Resize(Interpolation.PillowBicubic, 8));
        yield return new Setup("resize_pillow_bicubic_1.5").Input(2, 3, 5, 7).Is((x, _) => x[0].Resize(Interpolation.PillowBicubic, 1.5));
        yield return new Setup("pixel_shuffle_2").Input(2, 12, 5, 7).Is((x, _) => x[0].PixelShuffle(2));
        yield return new Setup("pixel_shuffle_3").Input(2, 18, 3, 2).Is((x, _) => x[0].PixelShuffle(3));
        yield return new Setup("conv2d_pixel_shuffle_2").Input(2, 3, 5, 7).Weight("weight", 8, 3, 3, 3).Weight("bias", 8)
            .Is((x, w) => x[0].Conv2d(w[0], w[1], padding: 1).PixelShuffle(2));
        yield return new Setup("conv2d_pixel_shuffle_3_no_bias").Input(2, 4, 3, 2).Weight("weight", 18, 4, 1, 1)
            .Is((x, w) => x[0].Conv2d(w[0], null).PixelShuffle(3));
        yield return new Setup("conv2d_groups_pixel_shuffle").Input(2, 4, 5, 7).Weight("weight", 8, 2, 3, 3).Weight("bias", 8)
            .Is((x, w) => x[0].Conv2d(w[0], w[1], groups: 2).PixelShuffle(2));
        yield return new Setup("conv2d_used_beside_its_shuffle").Input(2, 3, 5, 7).Weight("weight", 4, 3, 3, 3).Weight("bias", 4).Is((x, w) =>
        {
            var features = x[0].Conv2d(w[0], w[1], padding: 1);
            return features.PixelShuffle(2) * features.ChannelMean().Resize(Interpolation.Nearest, 2);
        });
        yield return new Setup("pixel_unshuffle_2").Input(2, 3, 4, 6).Is((x, _) => x[0].PixelUnshuffle(2));
        yield return new Setup("pixel_unshuffle_3").Input(2, 2, 3, 6).Is((x, _) => x[0].PixelUnshuffle(3));
        yield return new Setup("warp_edge").Input(2, 3, 5, 7).InputWithin(-3, 3, 2, 2, 5, 7).Is((x, _) => x[0].Warp(x[1], WarpBorder.Edge));
        yield return new Setup("warp_zero").Input(2, 3, 5, 7).InputWithin(-3, 3, 2, 2, 5, 7).Is((x, _) => x[0].Warp(x[1], WarpBorder.Zero));
        yield return new Setup("warp_cut").Input(2, 3, 5, 7).InputWithin(-3, 3, 2, 2, 5, 7).Is((x, _) => x[0].Warp(x[1], WarpBorder.Cut));
        yield return new Setup("affine_warp").Input(2, 3, 5, 7).InputWithin(-0.5, 1.3, 2, 4).Is((x, _) => x[0].AffineWarp(x[1]));
        yield return new Setup("pad_reflect").Input(2, 3, 5, 7).Is((x, _) => x[0].PadReflect(1, 2, 3, 4));
        yield return new Setup("pad_zero").Input(2, 3, 5, 7).Is((x, _) => x[0].PadZero(1, 2, 0, 3));
    }

    private static IEnumerable<OperatorCase> Shapes()
    {
        yield return new Setup("concat").Input(2, 3, 5, 7).Input(2, 1, 5, 7).Input(2, 2, 5, 7).Is((x, _) => x[0].Concat(x[1], x[2]));
        yield return new Setup("concat_vectors").Input(2, 3).Input(2, 4).Is((x, _) => x[0].Concat(x[1]));
        yield return new Setup("split").Input(2, 6, 5, 7).Is((x, _) =>
        {
            var parts = x[0].Split(3, 2);
            return parts[2] * parts[0];
        });
        yield return new Setup("channels").Input(2, 6, 5, 7).Is((x, _) => x[0].Channels(2, 3));
        yield return new Setup("flatten").Input(2, 3, 5, 7).Is((x, _) => x[0].Flatten());
        yield return new Setup("reshape").Input(2, 6, 5, 7).Is((x, _) => x[0].Reshape(2, 3, 35));
        yield return new Setup("reshape_vector_to_map").Input(2, 12).Is((x, _) => x[0].Reshape(3, 2, 2));
        yield return new Setup("reshape_rest_and_back").Input(2, 6, 5, 7).Is((x, _) => x[0].Reshape(2, -1, 35).Softmax(-1).ReshapeAs(x[0]));
        yield return new Setup("transpose_last").Input(2, 3, 5, 7).Is((x, _) => x[0].TransposeLast());
        yield return new Setup("transpose_last_rows").Input(2, 5, 7).Is((x, _) => x[0].TransposeLast());
        yield return new Setup("mat_mul").Input(2, 3, 4, 5).Input(2, 3, 5, 6).Is((x, _) => x[0].MatMul(x[1]));
        yield return new Setup("mat_mul_rows").Input(2, 4, 5).Input(2, 5, 6).Is((x, _) => x[0].MatMul(x[1]));
        yield return new Setup("attention").Input(2, 4, 3, 5).Is((x, _) =>
        {
            var tokens = x[0].Reshape(4, 15);
            return tokens.MatMul(tokens.TransposeLast().MatMul(tokens).Softmax(-1)).Reshape(4, 3, 5);
        });
    }

    private static IEnumerable<OperatorCase> TrainingOnly()
    {
        yield return new Setup("batch_norm_training") { Training = true }.Input(3, 3, 5, 7).Weight("weight", 3).Weight("bias", 3)
            .Buffer("running_mean", -1, 1, 3).Buffer("running_var", 0.25, 2, 3)
            .Is((x, w) => x[0].BatchNorm(w[0], w[1], w[2], w[3], momentum: 0.2));
        yield return new Setup("batch_norm_relu_training") { Training = true }.Input(3, 16, 5, 7).Weight("weight", 16).Weight("bias", 16)
            .Buffer("running_mean", -1, 1, 16).Buffer("running_var", 0.25, 2, 16)
            .Is((x, w) => x[0].BatchNorm(w[0], w[1], w[2], w[3], momentum: 0.2).Relu());
        yield return new Setup("batch_std") { Training = true, Exported = false }.Input(3, 4, 5, 7).Is((x, _) => x[0].BatchStd());
        yield return new Setup("batch_std_unbiased") { Training = true, Exported = false }.Input(3, 4, 5, 7).Is((x, _) => x[0].BatchStd(unbiased: true));
        yield return new Setup("dropout2d_in_use") { Exported = false }.Input(2, 3, 5, 7).Is((x, _) => x[0].Dropout2d(0.5));
    }

    /// <summary>Gathers a case: inputs are named x0, x1 ..., all names are prefixed with the case's.</summary>
    private sealed class Setup(string name)
    {
        private readonly List<OperatorInput> inputs = [];
        private readonly List<NamedWeight> weights = [];

        public bool Training { get; init; }

        public bool Exported { get; init; } = true;

        public Setup Input(params int[] shape) => InputWithin(-1, 1, shape);

        public Setup InputWithin(double low, double high, params int[] shape)
        {
            inputs.Add(new OperatorInput($"{name}.x{inputs.Count}", shape, low, high));
            return this;
        }

        public Setup Weight(string path, params int[] shape) => Add(path, new Weight(shape, From(path, -1, 1)));

        public Setup Weight(string path, WeightTransform transform, params int[] shape) =>
            Add(path, new Weight(shape, From(path, -1, 1)) { Transform = transform });

        public Setup Buffer(string path, double low, double high, params int[] shape) =>
            Add(path, new Weight(shape, From(path, low, high)) { Learned = false });

        /// <summary>Adds the weight, then its vectors, named as PyTorch names them.</summary>
        public Setup SpectralWeight(string path, params int[] shape)
        {
            var rest = shape.Skip(1).Aggregate(1, (count, extent) => count * extent);
            var u = new Weight([shape[0]], From(path + "_u", 0.1, 1)) { Learned = false };
            var v = new Weight([rest], From(path + "_v", 0.1, 1)) { Learned = false };
            return Weight(path, new SpectralNorm(u, v), shape).Add(path + "_u", u).Add(path + "_v", v);
        }

        public OperatorCase Is(Func<FeatureMap[], Weight[], FeatureMap> apply) =>
            new(name, inputs, weights, apply) { Training = Training, Exported = Exported };

        private Setup Add(string path, Weight weight)
        {
            weights.Add(new NamedWeight(path, weight));
            return this;
        }

        private Initializer From(string path, double low, double high) =>
            (values, _, _) => Numbers.Fill(values, $"{name}.{path}", low, high);
    }
}
