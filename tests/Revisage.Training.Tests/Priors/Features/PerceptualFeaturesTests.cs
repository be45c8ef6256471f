using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Methods;
using Revisage.Training.Methods.Baselines;
using Revisage.Training.Priors.Features;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Priors.Features;

[Trait("Category", "torch")]
public sealed class PerceptualFeaturesTests(ResNet18Package package) : IClassFixture<ResNet18Package>, IDisposable
{
    private static readonly PerceptualOptions Resnet18 = new() { Network = PerceptualNetwork.Resnet18 };

    private readonly TensorScope scope = new();

    private TrainingSetting Setting => new(default, package.Models);

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Bf16)]
    public void A_gradient_reaches_the_face_and_no_weight(Precision precision)
    {
        using var features = PerceptualFeatures.Open(Resnet18, ValueRange.Unit, Setting)!;
        var (sr, hr) = (Faces("sr"), Faces("hr"));
        sr.RequiresGrad = true;
        hr.RequiresGrad = true;

        var loss = features.Loss(sr, hr, precision);

        var gradient = Autograd.Gradients(loss, [sr], retainGraph: true)[0];
        gradient.IsFinite().ShouldBeTrue();
        gradient.Abs().Sum().Item().ShouldBePositive();
        Should.Throw<TorchException>(() => Autograd.Gradients(loss, [hr]));
        features.Parameters.ShouldAllBe(parameter => !parameter.RequiresGrad);
        features.Parameters.ShouldNotBeEmpty();
    }

    [Fact]
    public void Each_stage_adds_its_mean_squared_difference()
    {
        using var all = PerceptualFeatures.Open(Resnet18, ValueRange.Unit, Setting)!;

        var apart = Enum.GetValues<ResNetStage>().Select(stage =>
        {
            using var one = PerceptualFeatures.Open(Resnet18 with { Stages = [stage] }, ValueRange.Unit, Setting)!;
            return one.Loss(Faces("sr"), Faces("hr"), Precision.Fp32).Item();
        }).ToArray();

        apart.ShouldAllBe(loss => loss > 0);
        all.Loss(Faces("sr"), Faces("hr"), Precision.Fp32).Item().ShouldBe(apart.Sum(), 1e-5 * apart.Sum());
        all.Loss(Faces("hr"), Faces("hr"), Precision.Fp32).Item().ShouldBe(0);
    }

    [Fact]
    public void Faces_of_another_range_lose_as_much()
    {
        using var unit = PerceptualFeatures.Open(Resnet18, ValueRange.Unit, Setting)!;
        using var signed = PerceptualFeatures.Open(Resnet18, ValueRange.Signed, Setting)!;

        var loss = unit.Loss(Faces("sr"), Faces("hr"), Precision.Fp32).Item();

        signed.Loss(Faces("sr") * 2 - 1, Faces("hr") * 2 - 1, Precision.Fp32).Item().ShouldBe(loss, 1e-4 * loss);
    }

    [Fact]
    public void A_recipe_names_it_and_its_stages()
    {
        var options = Recipe("perceptual.network=resnet18", "perceptual.stages=[conv3,conv5]", "perceptual.resnet18_scale=2").Perceptual;

        (options.Network, string.Join(' ', options.Stages), options.Resnet18Scale).ShouldBe((PerceptualNetwork.Resnet18, "Conv3 Conv5", 2));
        PerceptualFeatures.PriorsOf(options).ShouldBe(["resnet18"]);
        PerceptualFeatures.PriorsOf(options with { Vgg = "vgg16.pth" }).ShouldBeEmpty();
        PerceptualFeatures.PriorsOf(options with { Weight = 0 }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("srgan")]
    [InlineData("wnet")]
    [InlineData("progressive")]
    [InlineData("mtun")]
    public void Every_method_with_a_perceptual_loss_takes_it(string method)
    {
        var recipe = RecipeFile.Parse($"method: {method}", "of the test", ["perceptual.network=resnet18"]);

        MethodCatalog.Find(method).Priors(recipe).ShouldContain("resnet18");
        MethodCatalog.Find(method).Priors(recipe).ShouldNotContain("face-features");
    }

    [Fact]
    public void Where_it_was_not_imported_the_command_is_named() =>
        Should.Throw<MissingComponentException>(() => PerceptualFeatures.Open(Resnet18, ValueRange.Unit, new TrainingSetting(default, new ModelStore("nowhere"))))
            .Message.ShouldBe("There is no model 'resnet18' in 'nowhere', which a loss or a metric looks through. Import it by: revisage import --method resnet18 -o nowhere/resnet18.onnx");

    [Fact]
    public void No_stage_at_all_is_refused() =>
        Should.Throw<RevisageException>(() => PerceptualFeatures.Open(Resnet18 with { Stages = [] }, ValueRange.Unit, Setting))
            .Message.ShouldBe("'resnet18' was asked for no stage. Set perceptual.stages to one or more of conv2, conv3, conv4 and conv5.");

    private static SrganRecipe Recipe(params string[] overrides) => (SrganRecipe)RecipeFile.Parse("method: srgan", "of the test", overrides);

    private static Tensor Faces(string name)
    {
        var values = new float[2 * 3 * 64 * 64];
        Fixtures.Numbers.Fill(values, $"features.{name}", 0);
        return Tensor.Of(values, 2, 3, 64, 64);
    }
}
