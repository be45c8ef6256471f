using Revisage.Fixtures;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Methods.WNet;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods.WNet;

/// <summary>The network, its parts' sizes and its numbers against PyTorch's (<c>fixtures/torch/wnet.py</c>), executed and exported.</summary>
[Trait("Category", "torch")]
public class WNetGeneratorTests
{
    private static readonly TorchFixture Reference = new("wnet.safetensors");
    private static readonly ForwardMode InUse = new(Training: false, Precision.Fp32);

    private static readonly NetworkCase[] Cases =
    [
        Case("wnet", new WNetOptions(), [1, 3, 16, 16]),
        Case("wnet-narrow", new WNetOptions { Channels = 16 }, [2, 3, 16, 32]),
        Case("wnet-4x", new WNetOptions { Channels = 16, Doublings = 2 }, [1, 3, 32, 32]),
        Case("wnet-shallow", new WNetOptions { Channels = 16, EncoderLevels = 1 }, [1, 3, 16, 16]),
        Case("wnet-thin", new WNetOptions { Doublings = 2, EncoderLevels = 1, NarrowLevels = 2, PlainLevels = 1 }, [1, 3, 16, 16]),
        Case("wnet-plain", new WNetOptions { Channels = 16, ParsingBlock = false, Lpf = false, Scab = false, GlobalResidual = false }, [1, 3, 16, 16], gain: 5),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Fact]
    public void The_network_has_5_765_232_parameters_the_parsing_block_among_them()
    {
        var network = new WNetGenerator(new WNetOptions());

        var report = ShapeWalk.Of(network.NamedWeights(), [[3, 16, 16]], network.ForwardAll);

        report.Parameters.ShouldBe(4_353_970 + 1_411_262);
        report.Buffers.ShouldBe(15 * 128 + 3 * 32 * 32, "the running statistics of 15 norms, and the bicubic kernel");
        report.OutputShapes.Select(shape => string.Join('x', shape)).ShouldBe(["3x128x128", "3x16x16"]);
        NetworkCase.Listing(network).ShouldBe(NetworkCase.Approved("wnet"));
    }

    /// <summary>At 64 channels.</summary>
    public static TheoryData<Block, int, int> Parts => new()
    {
        { new ParsingBlock(64), 3, 1_411_262 },
        // two 3x3 convolutions 36,928 + 1,792; 128 to 64 8,256; attentions 580 + 99; 64 to 64 4,160
        { new Lpf(64), 67, 51_815 },
        { new Cascade(64), 67, 67 * 64 * 9 + 64 },
        { new Rcab(64), 64, 74_436 },
        // an RCAB; 64 to 192 12,288; depth-wise 1,728; 4 temperatures; 64 to 64 4,096
        { new Scab(64), 64, 74_436 + 18_116 },
        { new UpModule(64, 64), 64, 147_840 },
        { new DownModule(64, 64), 64, 147_648 },
        { new BicubicEnlargement(8), 3, 0 },
    };

    [Theory]
    [MemberData(nameof(Parts))]
    public void Each_part_is_of_its_size(Block part, int channels, int parameters) =>
        ShapeWalk.Of(part, channels, 16, 16).Parameters.ShouldBe(parameters);

    [Theory]
    [MemberData(nameof(Names))]
    public void LibTorch_computes_what_PyTorch_does(string name) => Cases.Single(c => c.Name == name).LibTorchShouldAgree();

    [Theory]
    [MemberData(nameof(Names))]
    public void ONNX_Runtime_computes_face_and_parsing_map_from_the_export(string name) => Cases.Single(c => c.Name == name).OnnxRuntimeShouldAgree();

    [Theory]
    [InlineData("wnet-narrow")]
    [InlineData("wnet-plain")]
    public void Every_weight_learns_from_the_face_alone(string name)
    {
        using var scope = new TensorScope();
        var one = Cases.Single(c => c.Name == name);
        // Small weights and a large bias: channel attention squeezes to one channel at this width, which its ReLU must not shut.
        using var network = (one with { Gain = 0.5 }).Numbered();
        using (Autograd.WithoutGradients())
        {
            foreach (var bias in network.Weights.Where(named => named.Path.EndsWith("squeeze.bias", StringComparison.Ordinal)))
            {
                network[bias.Weight].Copy(Tensor.Full(5, [.. bias.Weight.Shape.Select(extent => (long)extent)]));
            }
        }

        var face = network.Forward(one.Input("x"), InUse);

        NetworkCase.WithoutGradient(network, (face * face).Mean()).ShouldBeEmpty();
    }

    [Fact]
    public void In_bf16_it_trains_nearly_as_in_32_bits() =>
        NetworkCase.Bf16Deviation(new WNetGenerator(new WNetOptions { Channels = 16, GlobalResidual = false }), 2, 3, 16, 16).ShouldBeLessThan(0.05);

    /// <summary>What each ablation leaves out is all that changes.</summary>
    [Fact]
    public void Each_option_changes_the_weights_that_it_names()
    {
        var whole = Listing(new WNetOptions());

        Without(new WNetOptions { ParsingBlock = false }, "parse.");
        Without(new WNetOptions { Lpf = false }, "upFusion.", "downFusion.", "encoderFusion.");
        Without(new WNetOptions { Scab = false }, "encoder.", "decoder.");
        Without(new WNetOptions { GlobalResidual = false }, "enlarge.");
        Without(new WNetOptions { EncoderLevels = 2 }, "encoderDown.2", "encoderFusion.2", "encoder.2", "decoderUp.5", "decoder.5");
        Without(new WNetOptions { Doublings = 2 }, "up.2", "upFusion.2", "down.2", "downFusion.2", "decoderUp.5", "decoder.5", "enlarge.");
        Without(new WNetOptions { PlainLevels = 1 }, "upFusion.2", "decoder.5");
        Without(new WNetOptions { PlainLevels = 2 }, "upFusion.1", "upFusion.2", "downFusion.0", "decoder.4", "decoder.5");
        Without(new WNetOptions { NarrowLevels = 1 }, "up.2", "upFusion.2", "down.0", "decoderUp.5", "decoder.5", "tail.weight");
        Listing(new WNetOptions { Channels = 32 }).Intersect(whole).ShouldAllBe(line =>
            line.Contains("temperature") || line.Contains("spatialAttention") || line.Contains("enlarge") || line.EndsWith("tail.bias 3", StringComparison.Ordinal));

        void Without(WNetOptions options, params string[] parts)
        {
            var listing = Listing(options);
            listing.ShouldNotBe(whole);
            whole.Except(listing).Concat(listing.Except(whole)).ShouldAllBe(line => parts.Any(part => line.StartsWith(part, StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData(40, 0, "W-Net cannot have 40 channels. Take a multiple of 16, since its attention keeps one in 16.")]
    [InlineData(48, 1, "W-Net of 48 channels cannot halve them 1 times in 3 doublings. Take as many halvings as leave a multiple of 16.")]
    [InlineData(256, 4, "W-Net of 256 channels cannot halve them 4 times in 3 doublings. Take as many halvings as leave a multiple of 16.")]
    public void Widths_that_attention_cannot_divide_are_refused(int channels, int narrow, string message) =>
        Should.Throw<RevisageException>(() => new WNetGenerator(new WNetOptions { Channels = channels, NarrowLevels = narrow })).Message.ShouldBe(message);

    [Fact]
    public void Before_training_the_face_is_the_bicubic_one()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        using var network = new TorchNetwork("wnet", new WNetGenerator(new WNetOptions { Channels = 16 }), seed: 1);
        using var enlarge = new TorchNetwork("enlarge", new BicubicEnlargement(8), seed: 1);
        var x = new NetworkCase(Reference, "wnet", network.Block, 1).Input("x", 0, 1, 3, 16, 16);

        network.Forward(x, InUse).ToArray().ShouldBe(enlarge.Forward(x, InUse).ToArray());
    }

    [Fact]
    public void Away_from_the_border_faces_are_enlarged_as_Pillow_does()
    {
        using var scope = new TensorScope();
        using var network = new TorchNetwork("bicubic", new BicubicEnlargement(4), seed: 0);
        var x = new NetworkCase(Reference, "bicubic", network.Block, 1).Input("x", 0, 1, 3, 9, 10);

        var y = network.Forward(x, InUse);

        y.Shape.ShouldBe([1, 3, 36, 40]);
        y.Narrow(2, 8, 20).Narrow(3, 8, 24).Contiguous().ToArray().ShouldBeClose(Reference["bicubic:y"], 1e-5, "enlarged");
    }

    /// <summary>Pixel o of the large face lies at (o + 0.5) / 8 - 0.5 of the small one; a cubic of another a bends the line.</summary>
    [Fact]
    public void Enlarging_keeps_a_slope_straight_and_one_colour_as_it_is_up_to_the_border()
    {
        using var scope = new TensorScope();
        using var network = new TorchNetwork("bicubic", new BicubicEnlargement(8), seed: 0);
        var slope = Tensor.Of([.. Enumerable.Range(0, 3 * 8 * 8).Select(i => (float)(i % 8))], 1, 3, 8, 8);

        var row = network.Forward(slope, InUse).Narrow(1, 0, 1).Narrow(2, 30, 1).ToArray();

        for (var o = 16; o < 48; o++)
        {
            row[o].ShouldBe((o + 0.5f) / 8 - 0.5f, 1e-5f);
        }

        network.Forward(Tensor.Full(0.25, 1, 3, 8, 8), InUse).ToArray().ShouldAllBe(value => Math.Abs(value - 0.25) < 1e-6);
    }

    [Fact]
    public void Self_attention_of_a_pixel_depends_on_all_others()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var numbered = new NetworkCase(Reference, "attention", new ChannelSelfAttention(16), 6);
        using var network = numbered.Numbered();
        var values = numbered.Values("x", -1, 1, 16, 8, 8);
        var before = network.Forward(Tensor.Of(values, 1, 16, 8, 8), InUse).ToArray();

        values[63] += 3;                                            // the last pixel of the first channel
        var after = network.Forward(Tensor.Of(values, 1, 16, 8, 8), InUse).ToArray();

        // The first pixel lies far outside of a depth-wise convolution's reach.
        Math.Abs(after[0] - before[0]).ShouldBeGreaterThan(1e-4f);
    }

    private static NetworkCase Case(string name, WNetOptions options, int[] input, double gain = 2)
    {
        var network = new WNetGenerator(options);
        return new NetworkCase(Reference, name, network, gain, ("x", input)) { Low = 0, AllOutputs = network.ForwardAll };
    }

    private static string[] Listing(WNetOptions options) => NetworkCase.Listing(new WNetGenerator(options));
}
