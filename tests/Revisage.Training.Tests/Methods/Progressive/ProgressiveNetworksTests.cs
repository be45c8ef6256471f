using Revisage.Fixtures;
using Revisage.Torch;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Methods.Progressive;
using Revisage.Training.Tests.Import;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods.Progressive;

/// <summary>Generator and critic, their sizes as published and their numbers against PyTorch's (<c>fixtures/torch/progressive.py</c>).</summary>
[Trait("Category", "torch")]
public class ProgressiveNetworksTests
{
    // fp32 through some twenty convolutions, summed in another order.
    private const double Tolerance = 1e-4;

    private static readonly TorchFixture Reference = new("progressive.safetensors");
    private static readonly ForwardMode InUse = new(Training: false, Precision.Fp32);

    private static readonly (int Step, double Alpha)[] Stages = [(1, 1), (2, 0.75), (3, 0.375), (3, 1)];

    private static readonly NetworkCase[] Generators = [Generator("generator", 512, [1, 3, 4, 4]), Generator("generator-narrow", 32, [2, 3, 6, 5])];

    public static TheoryData<string> Names => [.. Generators.Select(c => c.Name)];

    [Fact]
    public void The_generator_has_the_weights_of_the_authors_files()
    {
        var network = new ProgressiveGenerator(new ProgressiveOptions());

        var report = ShapeWalk.Of(network, 3, 16, 16);

        report.Parameters.ShouldBe(8_969_097);
        report.OutputShapes.Single().ShouldBe([3, 128, 128]);
        NetworkCase.Listing(network).ShouldBe(NetworkCase.Approved("progressive"));
    }

    [Fact]
    public void An_authors_file_holds_every_weight_of_the_generator_by_its_name()
    {
        var names = new ProgressiveGenerator(new ProgressiveOptions()).NamedWeights().Select(named => named.Path).ToArray();

        AuthorLayouts.Progressive.Apply(TorchFile.Read(ImportFixture.At("progressive-zip.pth")), names).Keys.ShouldBe(names, ignoreOrder: true);
    }

    [Fact]
    public void The_critic_has_the_weights_of_the_authors_code()
    {
        var network = new ProgressiveCritic(new ProgressiveOptions());

        var report = ShapeWalk.Of(network, 3, 128, 128);

        report.Parameters.ShouldBe(8_065_537);
        report.OutputShapes.Single().ShouldBe([1]);
        NetworkCase.Listing(network).ShouldBe(NetworkCase.Approved("progressive-critic"));
    }

    [Fact]
    public void Half_the_width_changes_every_weight_but_the_colours()
    {
        var options = new ProgressiveOptions { Channels = 256 };

        foreach (var (network, approved) in new (Block, string)[] { (new ProgressiveGenerator(options), "progressive"), (new ProgressiveCritic(options), "progressive-critic") })
        {
            // A layer that makes RGB, or one score, has as many biases at any width.
            NetworkCase.Listing(network).Intersect(NetworkCase.Approved(approved))
                .ShouldAllBe(line => line.EndsWith("bias 3", StringComparison.Ordinal) || line.EndsWith("bias 1", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(1, 32)]
    [InlineData(2, 64)]
    [InlineData(3, 128)]
    public void Each_step_doubles_the_face_that_the_critic_of_that_step_takes(int step, int side)
    {
        var generator = new ProgressiveGenerator(new ProgressiveOptions());
        var critic = new ProgressiveCritic(new ProgressiveOptions());

        ShapeWalk.Of(generator.NamedWeights(), [[3, 16, 16]], x => [generator.AtStep(x[0], step, 0.5)]).OutputShapes.Single().ShouldBe([3, side, side]);
        ShapeWalk.Of(critic.NamedWeights(), [[3, side, side]], x => [critic.AtStep(x[0], step, 0.5)]).OutputShapes.Single().ShouldBe([1]);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 1)]
    [InlineData(2, 1.01)]
    [InlineData(2, double.NaN)]
    public void There_are_three_steps_faded_in_from_0_to_1(int step, double alpha)
    {
        var generator = new ProgressiveGenerator(new ProgressiveOptions { Channels = 8 });
        var critic = new ProgressiveCritic(new ProgressiveOptions { Channels = 8 });

        Should.Throw<ArgumentOutOfRangeException>(() => ShapeWalk.Of(generator.NamedWeights(), [[3, 4, 4]], x => [generator.AtStep(x[0], step, alpha)]));
        Should.Throw<ArgumentOutOfRangeException>(() => ShapeWalk.Of(critic.NamedWeights(), [[3, 32, 32]], x => [critic.AtStep(x[0], step, alpha)]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LibTorch_generates_what_PyTorch_does_at_every_step(string name) => Generators.Single(c => c.Name == name).LibTorchShouldAgree();

    [Theory]
    [MemberData(nameof(Names))]
    public void ONNX_Runtime_generates_the_same_from_the_export(string name) => Generators.Single(c => c.Name == name).OnnxRuntimeShouldAgree();

    [Fact]
    public void In_bf16_the_generator_trains_nearly_as_in_32_bits() =>
        NetworkCase.Bf16Deviation(new ProgressiveGenerator(new ProgressiveOptions { Channels = 32 }), 2, 3, 16, 16).ShouldBeLessThan(0.05);

    [Fact]
    public void A_step_that_is_not_faded_in_is_the_one_before_with_its_pixels_doubled()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var block = new ProgressiveGenerator(new ProgressiveOptions { Channels = 16 });
        using var network = new TorchNetwork("generator", block, seed: 1);
        var x = Tensor.Ones(1, 3, 2, 2);

        var before = TorchNetwork.Leave(block.AtStep(network.Enter(x, InUse), 1, 1));
        var after = TorchNetwork.Leave(block.AtStep(network.Enter(x, InUse), 2, 0));

        after.ToArray().ShouldBe(before.UpsampleNearest2d(8, 8).ToArray());
    }

    [Fact]
    public void Every_weight_of_the_generator_receives_a_gradient_at_some_step() => Generators[1].EveryWeightShouldReceiveAGradient();

    [Fact]
    public void The_critic_scores_as_PyTorchs_at_full_width()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var numbered = new NetworkCase(Reference, "critic", new ProgressiveCritic(new ProgressiveOptions()), 6);
        using var network = numbered.Numbered();

        network.Forward(numbered.Input("x", -1, 2, 3, 64, 64), InUse).ToArray().ShouldBeClose(Reference["critic:y"], Tolerance, "scores");
    }

    /// <summary>The whole loss of a critic's update: scores, their drift and, through two derivatives, the penalty.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0.75)]
    [InlineData(3, 0.375)]
    public void The_critic_learns_under_its_gradient_penalty_as_PyTorchs(int step, double alpha)
    {
        using var scope = new TensorScope();
        var block = new ProgressiveCritic(new ProgressiveOptions { Channels = 32 });
        var numbered = new NetworkCase(Reference, $"critic{step}", block, 6);
        using var network = numbered.Numbered();
        Tensor Faces(string name) => numbered.Input(name, -1, 3, 3, 8 << step, 4 << step);
        Tensor Score(Tensor faces) => TorchNetwork.Leave(block.AtStep(network.Enter(faces, new ForwardMode(Training: true, Precision.Fp32)), step, alpha));

        var (sr, hr) = (Score(Faces("sr")), Score(Faces("hr")));
        var penalty = GradientPenalty.Of(Score, Faces("sr"), Faces("hr"), numbered.Input("shares", 0, 3, 1, 1, 1));
        var loss = WassersteinLoss.Critic(sr, hr) + WassersteinLoss.Drift(hr) * WassersteinLoss.DriftWeight + penalty * 10;
        var used = network.Weights.Where(named => Reference.Names.Contains($"{numbered.Name}:d.{named.Path}")).ToArray();
        var gradients = Autograd.Gradients(loss, [.. used.Select(named => network[named.Weight])]);

        Tensor.Cat([sr, hr], 0).ToArray().ShouldBeClose(Reference[$"{numbered.Name}:y"], Tolerance, "scores");
        penalty.ToArray().ShouldBeClose(Reference[$"{numbered.Name}:penalty"], Tolerance, "penalty");
        // All but the 1x1 convolutions of other steps; at the last step's fade-in the first one's.
        used.Length.ShouldBe(6 + 4 * step + (step == 1 ? 2 : 4));
        foreach (var (named, gradient) in used.Zip(gradients))
        {
            // Some gradients are small: each is held to its own size. The penalty's are differentiated twice, past slopes that jump where
            // a feature is near 0: there the order in which a processor adds decides (0.0019 between AVX-512 with AMX and the
            // references' without).
            var expected = Reference[$"{numbered.Name}:d.{named.Path}"];
            var largest = expected.Max(Math.Abs);
            largest.ShouldBePositive(named.Path);
            Sample.Of([.. gradient.ToArray().Select(value => value / largest)]).ShouldBeClose([.. expected.Select(value => value / largest)], 3e-3, named.Path);
        }
    }

    [Fact]
    public void A_batch_of_equal_faces_scores_otherwise_than_a_varied_one()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var numbered = new NetworkCase(Reference, "critic1", new ProgressiveCritic(new ProgressiveOptions { Channels = 32 }), 6);
        using var network = numbered.Numbered();
        var face = numbered.Input("hr", -1, 1, 3, 16, 16);

        var alone = network.Forward(face, InUse).Item();
        var twice = network.Forward(Tensor.Cat([face, face], 0), InUse).ToArray();
        var varied = network.Forward(Tensor.Cat([face, face * 0.5], 0), InUse).ToArray();

        twice[0].ShouldBe((float)alone, 1e-5f);
        Math.Abs(varied[0] - alone).ShouldBeGreaterThan(1e-3);
    }

    private static NetworkCase Generator(string name, int channels, int[] input)
    {
        var network = new ProgressiveGenerator(new ProgressiveOptions { Channels = channels });
        return new NetworkCase(Reference, name, network, 3, ("x", input))
        {
            AllOutputs = x => [.. Stages.Select(stage => network.AtStep(x[0], stage.Step, stage.Alpha))],
            Main = Stages.Length - 1,
        };
    }
}
