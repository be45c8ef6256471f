using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Priors.Features;
using Revisage.Training.Priors.Identity;
using Revisage.Training.Tests.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Priors.Features;

/// <summary>What losses look through learns nothing, and remembers nothing of the true face.</summary>
[Trait("Category", "torch")]
public sealed class FixedFeaturesTests : IDisposable
{
    private readonly TensorScope scope = new();
    private readonly string file = Path.Combine(Path.GetTempPath(), $"revisage-vgg-{Guid.NewGuid():N}.safetensors");

    public void Dispose()
    {
        scope.Dispose();
        File.Delete(file);
    }

    [Fact]
    public void Of_two_faces_without_gradients_the_perceptual_loss_records_nothing()
    {
        using var features = PerceptualFeatures.Open(new PerceptualOptions { Layers = ["relu2_2"] }, ValueRange.Signed, Stages.Setting).ShouldNotBeNull();
        var (sr, hr) = (Tensor.Rand(1, 3, 32, 32), Tensor.Rand(1, 3, 32, 32));

        features.Loss(sr, hr, Precision.Fp32).RequiresGrad.ShouldBeFalse();

        hr.RequiresGrad = true;
        features.Loss(sr, hr, Precision.Fp32).RequiresGrad.ShouldBeFalse();
        sr.RequiresGrad = true;
        Autograd.Gradients(features.Loss(sr, hr, Precision.Fp32), [sr])[0].Abs().Sum().Item().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Of_two_faces_without_gradients_the_identity_loss_records_nothing()
    {
        using var identity = IdentityFeatures.Open(ValueRange.Signed, Stages.Setting);
        var (sr, hr) = (Tensor.Rand(1, 3, 32, 32), Tensor.Rand(1, 3, 32, 32));

        identity.Loss(sr, hr, Precision.Fp32).RequiresGrad.ShouldBeFalse();

        sr.RequiresGrad = true;
        Autograd.Gradients(identity.Loss(sr, hr, Precision.Fp32), [sr])[0].Abs().Sum().Item().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Caffes_weights_see_blue_first()
    {
        // relu1_1 of channel i is the first colour's value, and so on.
        var weights = new VggNetwork(new VggOptions { Layers = ["relu1_1"] });
        var pick = new float[64 * 3 * 3 * 3];
        for (var colour = 0; colour < 3; colour++)
        {
            pick[(colour * 3 + colour) * 9 + 4] = 1;
        }

        using (var stream = File.Create(file))
        {
            Safetensors.Write(stream, [StoredArray.Of("features.0.weight", pick, 64, 3, 3, 3), StoredArray.Of("features.0.bias", new float[64], 64)], new Dictionary<string, string>());
        }

        using var caffe = PerceptualFeatures.Open(
            new PerceptualOptions { Vgg = file, Layers = ["relu1_1"], Input = VggInput.Caffe }, ValueRange.Unit, Stages.Setting).ShouldNotBeNull();
        var (red, mean) = (Tensor.Of([1f, 0, 0], 1, 3, 1, 1), Tensor.Zeros(1, 3, 1, 1));

        // Of 64 channels the third alone differs, by what red is above its mean of 123.68.
        caffe.Loss(red, mean, Precision.Fp32).Item().ShouldBe(Math.Pow(255 - 123.68, 2) / 64, 1e-2);
        weights.Channels.ShouldBe([64]);
    }
}
