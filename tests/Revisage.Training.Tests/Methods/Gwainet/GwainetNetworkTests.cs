using System.Globalization;
using Revisage.Fixtures;
using Revisage.Imaging;
using Revisage.Torch;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Methods.Edsr;
using Revisage.Training.Methods.Gwainet;
using Revisage.Training.Tests.Import;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods.Gwainet;

/// <summary>GWAInet's networks: their sizes and names as published, and their numbers against PyTorch's (<c>fixtures/torch/gwainet.py</c>).</summary>
[Trait("Category", "torch")]
public class GwainetNetworkTests
{
    private static readonly TorchFixture Reference = new("gwainet.safetensors");

    private static readonly GwainetOptions Small = new() { Channels = 8, WarperBlocks = 2 };

    private static readonly NetworkCase[] Cases =
    [
        new(Reference, "warper", new Warper(new GwainetOptions(), 32, 24), 2, ("x", [2, 6, 32, 24])),
        Warp("warp-zeros", WarpBorder.Zero),
        Warp("warp-border", WarpBorder.Edge),
        Warp("warp-cut", WarpBorder.Cut),
        new(Reference, "gfe", new GfeNetwork(new GwainetOptions()), 3, ("x", [2, 3, 32, 24])),
        Gnet(),
        Whole(),
        Authors(),
    ];

    private static readonly NetworkCase Critic = new(Reference, "critic", new GwainetCritic(new GwainetCriticOptions(), 40, 24), 6, ("x", [2, 3, 40, 24]));

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [InlineData(256, 256)]
    [InlineData(168, 144)]
    public void A_small_face_and_a_large_guide_make_a_large_face(int height, int width)
    {
        var network = new GwainetNetwork(new GwainetOptions(), height, width);

        var report = ShapeWalk.Of(network.NamedWeights(), [[3, height / 8, width / 8], [3, height, width]], network.ForwardAll);

        report.Parameters.ShouldBe(4_293_445);
        report.Buffers.ShouldBe(0);
        report.OutputShapes.ShouldAllBe(shape => shape.SequenceEqual(new[] { 3, height, width }));
        NetworkCase.ShouldBeApproved("gwainet", network);
    }

    [Fact]
    public void Parts_have_the_parameters_of_the_specification()
    {
        // Wnet: 3,520 + 6 * 36,928 + 16 * 36,928 + 36,928 + 3 * 147,712 + 1,154.
        ShapeWalk.Of(new Warper(new GwainetOptions(), 256, 256), 6, 256, 256).Parameters.ShouldBe(3_520 + 23 * 36_928 + 3 * 147_712 + 1_154);
        ShapeWalk.Of(new Warper(new GwainetOptions(), 256, 256), 6, 256, 256).Parameters.ShouldBe(1_297_154);
        var gfe = ShapeWalk.Of(new GfeNetwork(new GwainetOptions()), 3, 256, 256).Parameters;
        var gnet = ShapeWalk.Of(new GwainetGenerator(new GwainetOptions()), 3, 32, 32).Parameters;
        (gfe, gnet).ShouldBe((1_109_632, 2_996_291));
        // What is left without GFEnet and the three fusions of 128 to 64 is the network without a guide.
        (gnet - gfe - 3 * (128 * 64 * 9 + 64)).ShouldBe(ShapeWalk.Of(new EdsrNetwork(new EdsrOptions()), 3, 32, 32).Parameters);
    }

    [Theory]
    [InlineData(256, 256, 512 * 16 * 16, 4_437_633)]
    [InlineData(168, 144, 512 * 11 * 9, 4_357_249)]
    public void The_critic_halves_four_times_and_scores_what_is_left(int height, int width, int left, long parameters)
    {
        var critic = new GwainetCritic(new GwainetCriticOptions(), height, width);

        var report = ShapeWalk.Of(critic, 3, height, width);

        report.Parameters.ShouldBe(4_864 + 204_928 + 819_456 + 3_277_312 + left + 1);
        report.Parameters.ShouldBe(parameters);
        report.OutputShapes.Single().ShouldBe([1]);
    }

    [Fact]
    public void The_critics_weights_are_those_that_were_approved() =>
        NetworkCase.ShouldBeApproved("gwainet-critic", new GwainetCritic(new GwainetCriticOptions(), 256, 256));

    [Theory]
    [MemberData(nameof(Names))]
    public void LibTorch_computes_what_PyTorch_does(string name) => Cases.Single(c => c.Name == name).LibTorchShouldAgree();

    [Theory]
    [MemberData(nameof(Names))]
    public void ONNX_Runtime_computes_the_same_from_the_export(string name) => Cases.Single(c => c.Name == name).OnnxRuntimeShouldAgree();

    [Fact]
    public void Every_weight_receives_a_gradient()
    {
        Whole().EveryWeightShouldReceiveAGradient();
        Critic.EveryWeightShouldReceiveAGradient();
    }

    [Fact]
    public void The_critic_scores_and_is_penalised_as_in_PyTorch()
    {
        Critic.LibTorchShouldAgree();
        Critic.PenaltyShouldAgree();
    }

    /// <summary>A flow of 2 / (W - 1) or 2 / (H - 1) is one pixel to the right, or down.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public void A_flow_of_one_pixel_moves_the_guide_by_one_pixel(int right, int down)
    {
        const int height = 16, width = 24;
        using var scope = new TensorScope();
        var (warper, guide) = (new Warper(Small, height, width), Picture(height, width));
        using var network = WithFlow(warper, 2f * right / (width - 1), 2f * down / (height - 1));

        var warped = TorchNetwork.Leave(warper.Warp(network.Enter(guide, NetworkCase.InUse), network.Enter(guide, NetworkCase.InUse)));

        var expected = guide.Narrow(2, down, height - down).Narrow(3, right, width - right).ToArray();
        warped.Narrow(2, 0, height - down).Narrow(3, 0, width - right).ToArray().ShouldBeClose(expected, 1e-5, "moved");
    }

    [Fact]
    public void Without_a_flow_the_authors_sampler_empties_the_last_row_and_column_alone()
    {
        const int height = 16, width = 24;
        using var scope = new TensorScope();
        var (warper, guide) = (new Warper(Small with { Border = WarpBorder.Cut }, height, width), Picture(height, width));
        using var network = WithFlow(warper, 0, 0);

        var warped = TorchNetwork.Leave(warper.Warp(network.Enter(guide, NetworkCase.InUse), network.Enter(guide, NetworkCase.InUse)));

        var kept = warped.Narrow(2, 0, height - 1).Narrow(3, 0, width - 1).ToArray();
        kept.ShouldBeClose(guide.Narrow(2, 0, height - 1).Narrow(3, 0, width - 1).ToArray(), 1e-5, "kept");
        warped.Narrow(2, height - 1, 1).ToArray().ShouldAllBe(value => value == 0);
        warped.Narrow(3, width - 1, 1).ToArray().ShouldAllBe(value => value == 0);
    }

    [Fact]
    public void Without_a_flow_the_warped_guide_is_the_guide_in_its_own_range()
    {
        const int height = 16, width = 24;
        using var scope = new TensorScope();
        var (alone, guide) = (new WarperAlone(Small, height, width), Picture(height, width));
        using var network = WithFlow(alone, 0, 0, "warper.");

        var warped = TorchNetwork.Leave(alone.Forward(network.Enter(Tensor.Zeros(1, 3, 2, 3), NetworkCase.InUse), network.Enter(guide, NetworkCase.InUse)));

        warped.ToArray().ShouldBeClose(guide.ToArray(), 1e-5, "warped");
    }

    [Fact]
    public void Without_a_guide_the_enlarged_face_stands_in_for_it()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var whole = new GwainetNetwork(Small, 16, 24);
        using var network = new NetworkCase(Reference, "gwainet", whole, 3).Numbered();
        var face = network.Enter(Picture(2, 3), NetworkCase.InUse);

        var alone = TorchNetwork.Leave(whole.Forward(face));

        alone.ToArray().ShouldBe(TorchNetwork.Leave(whole.Forward(face, face.Resize(Interpolation.PillowBicubic, 8).Clamp(-1, 1))).ToArray());
    }

    [Fact]
    public void Another_guide_makes_another_face()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var whole = new GwainetNetwork(Small, 16, 24);
        using var network = new NetworkCase(Reference, "gwainet", whole, 3).Numbered();
        var (face, guide) = (network.Enter(Picture(2, 3), NetworkCase.InUse), Picture(16, 24));

        var one = TorchNetwork.Leave(whole.Forward(face, network.Enter(guide, NetworkCase.InUse)));
        var other = TorchNetwork.Leave(whole.Forward(face, network.Enter(-guide, NetworkCase.InUse)));

        (one - other).Abs().Mean().Item().ShouldBeGreaterThan(0.01);
    }

    /// <summary>Pillow rounds after each of two passes, the second of which adds the first's errors up to 1.25-fold: 1.25 / 2 + 1 / 2 levels.</summary>
    [Fact]
    public void The_network_enlarges_as_Pillow_does_up_to_its_rounding()
    {
        const int height = 6, width = 5;
        using var scope = new TensorScope();
        using var network = new TorchNetwork("resize", new Relu(), seed: 0);
        // Smooth enough that nothing overshoots, in whole levels.
        var levels = Enumerable.Range(0, 3 * height * width).Select(i => (float)Math.Round(128 + 90 * Math.Sin(0.4 * i))).ToArray();
        var pillow = PillowResize.Resize(new Image(width, height, [.. levels.Select(level => level / 255)]), 8 * width, 8 * height, ResampleFilter.Bicubic);

        var enlarged = TorchNetwork.Leave(network.Enter(Tensor.Of(levels, 1, 3, height, width), NetworkCase.InUse).Resize(Interpolation.PillowBicubic, 8));

        var apart = enlarged.ToArray().Zip(pillow.Pixels, (mine, theirs) => Math.Abs(mine - 255 * theirs)).ToArray();
        apart.Max().ShouldBeLessThan(1.13f);
        apart.Average().ShouldBeLessThan(0.5f);
    }

    [Fact]
    public void Weights_start_even_within_Glorots_bound_and_biases_at_0()
    {
        using var network = new TorchNetwork("gwainet", new GwainetNetwork(Small, 16, 16), seed: 1);
        var saved = network.Save().ToDictionary(array => array.Name, array => array.ToFloats());

        // 8 channels in and out: sqrt(6 / (72 + 72)); to a shuffle: sqrt(6 / (72 + 288)).
        foreach (var (path, bound) in new[] { ("generator.resblocks.resblocks_1.resblock1.conv1", Math.Sqrt(6.0 / 144)), ("generator.upsamplers.upsampler1", Math.Sqrt(6.0 / 360)) })
        {
            var largest = saved[$"{path}.weight"].Max(Math.Abs);
            largest.ShouldBeInRange((float)(0.98 * bound), (float)bound);
            saved[$"{path}.bias"].ShouldAllBe(value => value == 0);
        }
    }

    [Fact]
    public void The_authors_checkpoint_has_a_place_for_every_weight_and_no_other()
    {
        var folder = Directory.CreateTempSubdirectory("revisage-").FullName;
        try
        {
            var prefix = Path.Combine(folder, "model.ckpt-54000");
            var bundle = new BundleFile();
            foreach (var scope in Scopes())
            {
                bundle.Add($"{scope}/weight", 1, [1, 1, 1, 1], new byte[4]).Add($"{scope}/bias", 1, [1], new byte[4]).Add($"{scope}/bias/Adam_1", 1, [1], new byte[4]);
            }

            bundle.Write(prefix);
            var wanted = new GwainetNetwork(new GwainetOptions(), 256, 256).NamedWeights().Select(named => named.Path).ToArray();

            AuthorLayouts.Gwainet.Apply(TensorFlowCheckpoint.Read(prefix), wanted).Count.ShouldBe(wanted.Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(20, 16)]
    [InlineData(16, 8)]
    public void Sizes_that_cannot_be_halved_three_times_are_refused(int height, int width) =>
        Should.Throw<RevisageException>(() => new GwainetNetwork(new GwainetOptions(), height, width)).Message
            .ShouldBe(string.Create(CultureInfo.InvariantCulture, $"GWAInet cannot make faces of {width}x{height} pixels. Take multiples of 8, 16 at least."));

    [Theory]
    [InlineData("Channels")]
    [InlineData("WarperBlocks")]
    [InlineData("BlocksPerGroup")]
    public void Every_size_changes_the_listing(string option)
    {
        var changed = option switch
        {
            "Channels" => new GwainetOptions { Channels = 32 },
            "WarperBlocks" => new GwainetOptions { WarperBlocks = 4 },
            _ => new GwainetOptions { BlocksPerGroup = 2 },
        };

        NetworkCase.Listing(new GwainetNetwork(changed, 256, 256)).ShouldNotBe(NetworkCase.Listing(new GwainetNetwork(new GwainetOptions(), 256, 256)));
    }

    /// <summary>A weight's path in the authors' checkpoint.</summary>
    internal static string AuthorsName(string path)
    {
        var at = path.LastIndexOf('.');
        return path[..at].Replace("generator.gfe.", "generator.", StringComparison.Ordinal).Replace('.', '/') + "/" + path[(at + 1)..];
    }

    /// <summary>The scopes that the authors' model.py opens, each with a weight and a bias.</summary>
    private static IEnumerable<string> Scopes()
    {
        static IEnumerable<string> Each(int count, Func<int, string> name) => Enumerable.Range(1, count).Select(name);
        return
        [
            .. Each(6, i => $"warper/input_encoder/conv{i}"),
            "warper/input_encoder/conv_input_res",
            .. Each(8, i => $"warper/input_encoder/resblocks/resblock{i}").SelectMany(block => Each(2, i => $"{block}/conv{i}")),
            "warper/input_encoder/conv_before_skip",
            .. Each(3, i => $"warper/flow_decoder/upsampler{i}"),
            "warper/flow_decoder/conv1",
            .. Each(6, i => $"generator/input_g_preprocessing/conv{i}"),
            "generator/conv1",
            "generator/conv1_g",
            .. Each(4, g => $"generator/resblocks/resblocks_{g}").SelectMany(group => Each(4, i => $"{group}/resblock{i}")).SelectMany(block => Each(2, i => $"{block}/conv{i}")),
            .. Each(3, g => $"generator/resblocks/resblocks_{g}").SelectMany(group => Each(4, i => $"{group}/resblock_g{i}")).SelectMany(block => Each(2, i => $"{block}/conv{i}")),
            .. Each(3, g => $"generator/resblocks/resblocks_{g}"),
            "generator/conv_before_skip",
            .. Each(3, i => $"generator/upsamplers/upsampler{i}"),
            "generator/conv_final",
        ];
    }

    private static NetworkCase Warp(string name, WarpBorder border)
    {
        var warper = new Warper(Small with { Border = border }, 32, 24);
        return new NetworkCase(Reference, name, warper, 1.5, ("face", [2, 3, 32, 24]), ("guide", [2, 3, 32, 24])) { AllOutputs = x => [warper.Warp(x[0], x[1])] };
    }

    private static NetworkCase Gnet()
    {
        var generator = new GwainetGenerator(new GwainetOptions());
        return new NetworkCase(Reference, "gnet", generator, 3, ("lr", [2, 3, 4, 3]), ("guide", [2, 3, 32, 24])) { AllOutputs = x => [generator.Forward(x[0], x[1])] };
    }

    private static NetworkCase Whole()
    {
        var whole = new GwainetNetwork(new GwainetOptions(), 32, 24);
        return new NetworkCase(Reference, "gwainet", whole, 2.5, ("lr", [2, 3, 4, 3]), ("guide", [2, 3, 32, 24])) { AllOutputs = x => [whole.Forward(x[0], x[1])] };
    }

    /// <summary>As the released weights want it: their sampler, and a face that was enlarged elsewhere.</summary>
    private static NetworkCase Authors()
    {
        var whole = new GwainetNetwork(new GwainetOptions { Channels = 8, WarperBlocks = 1, BlocksPerGroup = 1, Border = WarpBorder.Cut }, 24, 32);
        return new NetworkCase(Reference, "gwainet-authors", whole, 3, ("lr", [2, 3, 3, 4]), ("large", [2, 3, 24, 32]), ("guide", [2, 3, 24, 32])) { AllOutputs = x => [whole.Forward(x[0], x[1], x[2])] };
    }

    private static Tensor Picture(int height, int width)
    {
        var values = new float[3 * height * width];
        Fixtures.Numbers.Fill(values, "guide");
        return Tensor.Of(values, 1, 3, height, width);
    }

    /// <summary>All weights 0 but the last bias, which then is the flow everywhere.</summary>
    private static TorchNetwork WithFlow(Block block, float x, float y, string prefix = "")
    {
        var network = new TorchNetwork("warper", block, seed: 0);
        network.Load(network.Weights.ToDictionary(named => named.Path, named => StoredArray.Of(
            named.Path,
            named.Path == $"{prefix}flow_decoder.conv1.bias" ? [x, y] : new float[named.Weight.Count],
            [.. named.Weight.Shape.Select(extent => (long)extent)])));
        return network;
    }
}
