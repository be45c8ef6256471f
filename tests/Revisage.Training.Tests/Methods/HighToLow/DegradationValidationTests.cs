using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Methods.HighToLow;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods.HighToLow;

[Trait("Category", "torch")]
public sealed class DegradationValidationTests : IDisposable
{
    private readonly SyntheticFaces faces = new(train: 1, val: 4, side: 32, hr: 32);
    private readonly SyntheticFaces poor = new(train: 1, val: 3, side: 24, hr: 24);

    public void Dispose()
    {
        faces.Dispose();
        poor.Dispose();
    }

    [Fact]
    public void What_noise_does_to_a_face_is_measured_in_grey_levels()
    {
        var recipe = TinyDegradation.HighToLow with { Report = TinyDegradation.HighToLow.Report with { ValidationImages = 200 } };

        var result = Validate(recipe, null, inputs => inputs[0].AvgPool2d(2, 2, 0) * 0.5 + inputs[1].Narrow(1, 0, 1).Reshape(-1, 1, 1, 1) * 0.1);

        // A tenth of N(0, 1), where 2 is 255 levels; of four faces' four draws.
        result.Metrics.Single(metric => metric.Name == "varies").Value.ShouldBe(12.75, 4);
        result.Metrics.Select(metric => metric.Name).ShouldBe(["psnr", "varies"]);
        result.Faces.ShouldBe(4);
        // Two rows of face, shrunk, and four draws.
        (result.Picture!.Width, result.Picture.Height).ShouldBe((6 * 32, 2 * 32));
    }

    [Fact]
    public void Real_poor_faces_are_what_made_ones_are_held_against()
    {
        var shrunk = Validate(TinyDegradation.HighToLow, poor, inputs => inputs[0].AvgPool2d(2, 2, 0));
        var blurred = Validate(TinyDegradation.HighToLow, poor, inputs => inputs[0].AvgPool2d(8, 8, 0).UpsampleBilinear2d(16, 16, alignCorners: false));

        shrunk.Metrics.Select(metric => metric.Name).ShouldBe(["spectrum", "high", "high_poor", "high_shrunk", "varies", "psnr"]);
        Value(shrunk, "varies").ShouldBe(0, 1e-3);
        Value(blurred, "high").ShouldBeLessThan(0.5 * Value(shrunk, "high"));
        Value(blurred, "high_poor").ShouldBe(Value(shrunk, "high_poor"));
        shrunk.Score.ShouldBe(-Value(shrunk, "spectrum"));
        (shrunk.Picture!.Width, shrunk.Picture.Height).ShouldBe((7 * 32, 2 * 32));
    }

    [Fact]
    public void Low_to_High_is_measured_on_shrunk_faces_on_its_own_and_on_real_ones()
    {
        var recipe = TinyDegradation.LowToHigh;
        var chosen = new ValidationFaces(faces.Open(), recipe.Data, recipe.Report, poor.Open());

        var result = new RealFacesValidation(chosen, recipe).Run(new Degrading());
        var plain = new RealFacesValidation(new ValidationFaces(faces.Open(), recipe.Data, recipe.Report), recipe).Run(new Fake(Enlarge));

        result.Metrics.Select(metric => metric.Name).ShouldBe(["psnr", "ssim", "psnr_learned", "spectrum"]);
        // What is black cannot be guessed; what was shrunk can.
        Value(result, "psnr_learned").ShouldBeLessThan(Value(result, "psnr") - 3);
        result.Score.ShouldBe(Value(result, "psnr_learned"));
        (result.Picture!.Width, result.Picture.Height).ShouldBe((7 * 32, 2 * 32));
        plain.Metrics.Select(metric => metric.Name).ShouldBe(["psnr", "ssim"]);
        plain.Score.ShouldBe(Value(plain, "psnr"));
        Value(plain, "psnr").ShouldBe(Value(result, "psnr"));
        plain.Picture!.Width.ShouldBe(4 * 32);
    }

    private ValidationResult Validate(HighToLowRecipe recipe, SyntheticFaces? others, Func<IReadOnlyList<Tensor>, Tensor> degrade) =>
        new HighToLowValidation(new ValidationFaces(faces.Open(), recipe.Data, recipe.Report, others?.Open()), recipe).Run(new Fake(degrade));

    private static Tensor Enlarge(IReadOnlyList<Tensor> inputs) => inputs[0].UpsampleBilinear2d(32, 32, alignCorners: false);

    private static double Value(ValidationResult result, string name) => result.Metrics.Single(metric => metric.Name == name).Value;

    private class Fake(Func<IReadOnlyList<Tensor>, Tensor> infer) : ITrainingStage
    {
        public Device Device => default;

        public IReadOnlyList<TorchNetwork> Networks => [];

        public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers => [];

        public LossTerms Step(FaceBatch batch, long iteration) => throw new NotSupportedException();

        public IReadOnlyList<Tensor> Infer(IReadOnlyList<Tensor> inputs) => [infer(inputs)];

        public void Dispose()
        {
        }
    }

    private sealed class Degrading() : Fake(Enlarge), IDegradingStage
    {
        public int Noise => 2;

        public Tensor Degrade(Tensor large, Tensor noise) => Tensor.Full(-1, large.Shape[0], 3, 16, 16);
    }
}
