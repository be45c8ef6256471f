using Revisage.Fixtures;
using Revisage.Torch;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Methods.HighToLow;
using Revisage.Training.Tests.Import;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods.HighToLow;

/// <summary>
/// High-to-Low, Low-to-High and their discriminators: sizes and names as published, numbers against PyTorch's
/// (<c>fixtures/torch/high_to_low.py</c>).
/// </summary>
[Trait("Category", "torch")]
public class HighToLowNetworkTests
{
    private static readonly TorchFixture Reference = new("high_to_low.safetensors");
    private static readonly ForwardMode InTraining = new(Training: true, Precision.Fp32);

    private static readonly LowToHighOptions Narrow = new() { Channels = 16, SmallBlocks = 2, LargeBlocks = 2 };

    private static readonly NetworkCase[] Cases =
    [
        new(Reference, "low-to-high", new LowToHighGenerator(new LowToHighOptions()), 3, ("x", [1, 3, 5, 4])),
        new(Reference, "low-to-high-17", new LowToHighGenerator(new LowToHighOptions { Channels = 32, SmallBlocks = 3, LargeBlocks = 2, Paper17 = true }), 3, ("x", [2, 3, 5, 4])),
        new(Reference, "low-to-high-2x", new LowToHighGenerator(Narrow with { Doublings = 1 }), 3, ("x", [2, 3, 5, 4])),
        new(Reference, "low-to-high-2x-17", new LowToHighGenerator(Narrow with { Doublings = 1, Paper17 = true }), 3, ("x", [2, 3, 5, 4])),
        new(Reference, "low-to-high-8x", new LowToHighGenerator(Narrow with { Doublings = 3 }), 3, ("x", [2, 3, 5, 4])),
        Degrade("high-to-low", new HighToLowOptions(), 3, images: 1),
        Degrade("high-to-low-2x", new HighToLowOptions { Side = 32, Factor = 2, Doublings = 3, Channels = 8, BlocksPerGroup = 1, Noise = 5 }, 5, images: 2),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Fact]
    public void Low_to_High_has_the_released_parameters_less_those_that_it_never_uses()
    {
        var network = new LowToHighGenerator(new LowToHighOptions());

        var report = ShapeWalk.Of(network, 3, 16, 16);

        report.OutputShapes.Single().ShouldBe([3, 64, 64]);
        // a2.0: 128 x 96 weights and 96 biases.
        report.Parameters.ShouldBe(15_490_403 - (128 * 96 + 96));
        NetworkCase.ShouldBeApproved("low-to-high", network);
    }

    [Fact]
    public void The_papers_17_blocks_use_the_third_skip()
    {
        var network = new LowToHighGenerator(new LowToHighOptions { Paper17 = true });

        var report = ShapeWalk.Of(network, 3, 16, 16);

        report.OutputShapes.Single().ShouldBe([3, 64, 64]);
        // The released tail of 110,592 + 9,312 + 291 goes; two blocks of 206,368 and 166,272 and a convolution of 291 come.
        report.Parameters.ShouldBe(15_490_403 - 120_195 + 206_368 + 166_272 + 291);
        network.NamedWeights().Count(named => named.Path.EndsWith("conv1.weight", StringComparison.Ordinal)).ShouldBe(17);
        network.NamedWeights().ShouldContain(named => named.Path == "a2.0.weight");
    }

    [Theory]
    [InlineData(64, 4, 16, 1_603_331)]
    // The noise's layer grows by 3 * 64² * 65.
    [InlineData(128, 4, 32, 1_603_331 + 798_720)]
    // And a halving less, of two blocks of 74,112, a norm of 128 and a convolution of 36,928.
    [InlineData(128, 2, 64, 1_603_331 + 798_720 - (2 * 74_112 + 128 + 36_928))]
    public void High_to_Low_makes_small_faces_of_large_ones_and_noise(int side, int factor, int small, long parameters)
    {
        var network = new HighToLowGenerator(new HighToLowOptions { Side = side, Factor = factor });

        var report = ShapeWalk.Of(network.NamedWeights(), [[3, side, side], [64]], x => [network.Forward(x[0], x[1])]);

        report.OutputShapes.Single().ShouldBe([3, small, small]);
        report.Parameters.ShouldBe(parameters);
    }

    [Fact]
    public void High_to_Lows_weights_are_those_that_were_approved() =>
        NetworkCase.ShouldBeApproved("high-to-low", new HighToLowGenerator(new HighToLowOptions()));

    [Theory]
    // Blocks of 3,584 + 147,584 + 512; then 2 * 147,584, with 16,512 more where they halve the size; 129.
    [InlineData(64, 1_382_017, 3)]
    [InlineData(16, 1_348_993, 1)]
    [InlineData(32, 1_365_505, 2)]
    [InlineData(128, 1_382_017 + 2 * 147_584 + 16_512, 4)]
    public void Discriminators_halve_until_4_pixels_are_left(int side, long parameters, int bypasses)
    {
        var network = new ImageDiscriminator(new ImageDiscriminatorOptions { Side = side });

        var report = ShapeWalk.Of(network, 3, side, side);

        report.Parameters.ShouldBe(parameters);
        report.OutputShapes.Single().ShouldBe([1]);
        network.NamedWeights().Count(named => named.Path.EndsWith("bypass_conv.weight", StringComparison.Ordinal)).ShouldBe(1 + bypasses);
        // One vector for the outputs of each weight, one for its inputs.
        network.NamedWeights().Count(named => !named.Weight.Learned).ShouldBe(2 * network.NamedWeights().Count(named => named.Path.EndsWith(".weight", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(16)]
    public void The_discriminators_weights_are_those_that_were_approved(int side) =>
        NetworkCase.ShouldBeApproved($"discriminator-{side}", new ImageDiscriminator(new ImageDiscriminatorOptions { Side = side }));

    [Theory]
    [MemberData(nameof(Names))]
    public void LibTorch_computes_what_PyTorch_does(string name) => Cases.Single(c => c.Name == name).LibTorchShouldAgree();

    [Theory]
    [MemberData(nameof(Names))]
    public void ONNX_Runtime_computes_the_same_from_the_export(string name) => Cases.Single(c => c.Name == name).OnnxRuntimeShouldAgree();

    [Theory]
    [InlineData("low-to-high")]
    [InlineData("low-to-high-17")]
    [InlineData("low-to-high-8x")]
    [InlineData("high-to-low")]
    public void Every_weight_receives_a_gradient(string name) => Cases.Single(c => c.Name == name).EveryWeightShouldReceiveAGradient();

    [Fact]
    public void Every_weight_of_a_discriminator_receives_a_gradient() =>
        Discriminator("penalty-spectral", 32, spectral: true).EveryWeightShouldReceiveAGradient(training: true);

    [Fact]
    public void The_small_face_varies_with_the_noise()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var generator = new HighToLowGenerator(new HighToLowOptions { Channels = 16 });
        using var network = new TorchNetwork("high-to-low", generator, seed: 1);
        // One face three times; the first two noises differ, the last two do not.
        var face = Given("face", 1, 3, 64, 64);
        var noise = Tensor.Of(Normal(2 * 64), 2, 64);
        var faces = Tensor.Cat([face, face, face], 0);
        var noises = Tensor.Cat([noise, noise.Narrow(0, 1, 1)], 0);

        var small = TorchNetwork.Leave(generator.Forward(network.Enter(faces, InTraining), network.Enter(noises, InTraining)));

        double Apart(int one, int other) => (small.Narrow(0, one, 1) - small.Narrow(0, other, 1)).Abs().Mean().Item();
        var spread = small.Narrow(0, 0, 1).Variance([2, 3], correction: 0).Sqrt().Mean().Item();
        Apart(0, 1).ShouldBeGreaterThan(0.05 * spread, "untrained already, the noise is a part of the picture");
        Apart(1, 2).ShouldBeLessThan(1e-6);
    }

    /// <summary>Three steps of plain gradient descent on the hinge loss, two forwards each, against torch.nn.utils.spectral_norm.</summary>
    [Fact]
    public void A_discriminator_iterates_and_learns_as_PyTorchs()
    {
        using var scope = new TensorScope();
        using var network = Discriminator("trained", 16, spectral: true).Numbered();
        var losses = new List<float>();
        for (var step = 0; step < 3; step++)
        {
            var loss = HingeLoss.Discriminator(
                network.Forward(Given($"trained.real{step}", 3, 3, 16, 16), InTraining), network.Forward(Given($"trained.made{step}", 3, 3, 16, 16), InTraining));
            var gradients = Autograd.Gradients(loss, network.Parameters);
            losses.Add((float)loss.Item());
            using var mode = Autograd.WithoutGradients();
            foreach (var (parameter, gradient) in network.Parameters.Zip(gradients))
            {
                parameter.Copy(parameter - gradient * 0.05);
            }
        }

        losses.ShouldBeClose(Reference["trained:losses"], 1e-5, "losses");
        network.Forward(Given("trained.real0", 3, 3, 16, 16), NetworkCase.InUse).ToArray().ShouldBeClose(Reference["trained:y"], 1e-6, "y");
        foreach (var array in network.Save())
        {
            Sample.Of(array.ToFloats(), 31).ShouldBeClose(Reference[$"trained:{array.Name}"], 1e-5, array.Name);
        }
    }

    [Theory]
    [InlineData("penalty-spectral", true)]
    [InlineData("penalty-plain", false)]
    public void A_discriminator_is_penalised_as_in_PyTorch(string name, bool spectral) => Discriminator(name, 32, spectral).PenaltyShouldAgree();

    [Fact]
    public void The_released_file_is_taken_whole_or_without_the_skip_that_it_never_uses()
    {
        // The published names, of a narrow network.
        var file = TorchFile.Read(ImportFixture.At("low-to-high-legacy.pth"));
        string Place(string path) => string.Join('.', path.Split('.').Select(part => part.All(char.IsAsciiDigit) ? "N" : part));
        var published = file.Weights().Keys.Where(name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal)).Select(Place).Distinct();

        var released = new LowToHighGenerator(new LowToHighOptions()).NamedWeights().Select(named => Place(named.Path)).Distinct();

        released.Append("a2.N.weight").Append("a2.N.bias").ShouldBe(published, ignoreOrder: true);
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Should.Throw<RevisageException>(() => new LowToHighGenerator(new LowToHighOptions { Channels = 100 })).Message
            .ShouldBe("Low-to-High cannot have 100 channels and 2 doublings. Take a multiple of 8, and one doubling at least.");
        Should.Throw<RevisageException>(() => new HighToLowGenerator(new HighToLowOptions { Factor = 3 })).Message
            .ShouldBe("High-to-Low cannot make faces of 64 pixels 3 times smaller by way of 2 doublings. Take a factor of 2, 4, 8 ..., and a side that it and every doubling divide.");
        Should.Throw<RevisageException>(() => new HighToLowGenerator(new HighToLowOptions { Side = 40 })).Message.ShouldStartWith("High-to-Low cannot make faces of 40 pixels 4 times smaller");
        Should.Throw<RevisageException>(() => new ImageDiscriminator(new ImageDiscriminatorOptions { Side = 48 })).Message
            .ShouldBe("The discriminator cannot judge faces of 48 pixels. Take a power of two, 8 at least.");
    }

    [Fact]
    public void Every_option_changes_the_listing()
    {
        Block[] networks =
        [
            new LowToHighGenerator(new LowToHighOptions()),
            new LowToHighGenerator(new LowToHighOptions { Channels = 128 }),
            new LowToHighGenerator(new LowToHighOptions { SmallBlocks = 6 }),
            new LowToHighGenerator(new LowToHighOptions { LargeBlocks = 2 }),
            new LowToHighGenerator(new LowToHighOptions { Doublings = 1 }),
            new LowToHighGenerator(new LowToHighOptions { Paper17 = true }),
            new HighToLowGenerator(new HighToLowOptions()),
            new HighToLowGenerator(new HighToLowOptions { Side = 128 }),
            new HighToLowGenerator(new HighToLowOptions { Factor = 2 }),
            new HighToLowGenerator(new HighToLowOptions { Channels = 32 }),
            new HighToLowGenerator(new HighToLowOptions { BlocksPerGroup = 1 }),
            new HighToLowGenerator(new HighToLowOptions { Noise = 32 }),
            new HighToLowGenerator(new HighToLowOptions { Doublings = 1 }),
            new HighToLowGenerator(new HighToLowOptions { PreActivation = true }),
            new ImageDiscriminator(new ImageDiscriminatorOptions()),
            new ImageDiscriminator(new ImageDiscriminatorOptions { Side = 32 }),
            new ImageDiscriminator(new ImageDiscriminatorOptions { Channels = 64 }),
            new ImageDiscriminator(new ImageDiscriminatorOptions { SpectralNorm = false }),
            new ImageDiscriminator(new ImageDiscriminatorOptions { SixBlocks = true }),
        ];

        networks.Select(network => string.Join('\n', NetworkCase.Listing(network))).ShouldBeUnique();
    }

    private static NetworkCase Degrade(string name, HighToLowOptions options, double gain, int images)
    {
        var generator = new HighToLowGenerator(options);
        return new NetworkCase(Reference, name, generator, gain, ("hr", [images, 3, options.Side, options.Side]), ("noise", [images, options.Noise]))
        {
            AllOutputs = x => [generator.Forward(x[0], x[1])],
        };
    }

    private static NetworkCase Discriminator(string name, int side, bool spectral) =>
        new(Reference, name, new ImageDiscriminator(new ImageDiscriminatorOptions { Side = side, Channels = 12, SpectralNorm = spectral }), 3, ("x", [2, 3, side, side]));

    private static float[] Normal(int count)
    {
        var values = new float[count];
        Initializers.Normal(1)(values, [count], new Random(1));
        return values;
    }

    private static Tensor Given(string name, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (count, extent) => count * extent)];
        Fixtures.Numbers.Fill(values, name);
        return Tensor.Of(values, shape);
    }
}
