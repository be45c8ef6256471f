using Revisage.Fixtures;
using Revisage.Tests;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Priors.Features;
using Revisage.Training.Tests.Methods;

namespace Revisage.Training.Tests.Priors.Features;

/// <summary>ResNet-18 against the package that its weights are from.</summary>
[Trait("Category", "torch")]
public class ResNet18NetworkTests
{
    private const int Pixels = ResNet18Package.Side * ResNet18Package.Side;

    [Fact]
    public void Sizes_and_weights_are_the_packages()
    {
        var network = new ResNet18Network();
        var report = ShapeWalk.Of(network.NamedWeights(), [[3, 128, 128]], network.ForwardAll);

        report.Parameters.ShouldBe(15_897_152);
        string.Join(' ', report.OutputShapes.Select(shape => string.Join('x', shape))).ShouldBe("512x1x1 64x32x32 128x16x16 256x8x8 512x4x4");
        NetworkCase.ShouldBeApproved("resnet18", network);
    }

    [Fact]
    public void After_every_stage_LibTorch_has_the_numbers_of_ONNX_Runtime_on_the_packages_own_file()
    {
        var face = new float[3 * Pixels];
        Numbers.Fill(face, "resnet18.face", 0);
        // As the file takes it: B, G and R in [0, 255], less the mean.
        float[] input = [.. Enumerable.Range(0, 3).SelectMany(blue => face.Skip((2 - blue) * Pixels).Take(Pixels).Select(value => 255 * value - (float)ResNet18Network.MeanColour[2 - blue]))];

        var expected = ResNet18Package.Run(input);

        var made = Look(face, ResNet18Package.Side);
        made.Count.ShouldBe(expected.Length);
        foreach (var (i, output) in made.Index())
        {
            output.ShouldBeClose(expected[i], 1e-4, $"output {i}");
        }
    }

    /// <summary>The package takes away a mean of every place, and here every place has the same.</summary>
    [FacesFact]
    public void A_photograph_looks_as_it_does_through_the_packages_two_files()
    {
        var photograph = ResNet18Package.Photographs(1, ResNet18Package.Side)[0];

        var expected = ResNet18Package.Run(ResNet18Package.Prepare(photograph));

        Cosine(Look(photograph.Pixels, ResNet18Package.Side)[0], expected[0]).ShouldBeGreaterThan(0.99);
    }

    /// <summary>What the first normalisation remembers of ImageNet's photographs tells how they were fed: others would lie far from it.</summary>
    [FacesFact]
    public void Photographs_fed_so_have_the_statistics_that_the_network_was_taught_with()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var (block, network) = ResNet18Package.Open();
        using var opened = network;
        var faces = ResNet18Package.Photographs(32, 128);
        var unit = Tensor.Of([.. faces.SelectMany(face => face.Pixels)], faces.Length, 3, 128, 128);
        var weights = block.NamedWeights().ToDictionary(named => named.Path, named => network[named.Weight]);
        var mean = PerColour(ResNet18Network.MeanColour);

        var fed = Surprise(unit * 255 - mean);

        foreach (var (how, other) in new[]
        {
            ("red and blue exchanged", Surprise(unit.IndexSelect(1, Tensor.Of([2L, 1, 0], 3)) * 255 - mean)),
            ("in [0, 1]", Surprise(unit)),
            ("in [-1, 1]", Surprise(unit * 2 - 1)),
            ("over the deviation, as torchvision's", Surprise((unit * 255 - mean) / PerColour([58.4, 57.1, 57.4]))),
            ("without the mean taken away", Surprise(unit * 255)),
        })
        {
            fed.ShouldBeLessThan(0.9 * other, how);
        }

        static Tensor PerColour(IEnumerable<double> values) => Tensor.Of([.. values.Select(value => (float)value)], 1, 3, 1, 1);

        // KL divergence of a channel's Gaussian from the one remembered, mean over channels.
        double Surprise(Tensor input)
        {
            var map = input.Conv2d(weights["conv1.weight"], null, 2, 3, 1, 1);
            var centre = map.Mean([0, 2, 3], keepDim: true);
            var spread = (map - centre).Pow(2).Mean([0, 2, 3], keepDim: false);
            var (mu, variance) = (weights["bn1.running_mean"], weights["bn1.running_var"]);
            var ratio = spread / variance;
            return ((ratio + (centre.Reshape(-1) - mu).Pow(2) / variance - 1 - ratio.Log()) * 0.5).Mean().Item();
        }
    }

    private static IReadOnlyList<float[]> Look(float[] face, int side)
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var (_, network) = ResNet18Package.Open();
        using var opened = network;
        return [.. network.Forward([Tensor.Of(face, 1, 3, side, side)], NetworkCase.InUse).Select(output => output.ToArray())];
    }

    private static double Cosine(float[] a, float[] b)
    {
        double Dot(float[] x, float[] y) => x.Zip(y, (one, other) => (double)one * other).Sum();
        return Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));
    }
}
