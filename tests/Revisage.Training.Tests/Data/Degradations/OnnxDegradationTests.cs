using Revisage.Degradations;
using Revisage.Fixtures;
using Revisage.Restoration;
using Revisage.Training.Layers;
using Revisage.Training.Onnx;

namespace Revisage.Training.Tests.Data.Degradations;

public sealed class OnnxDegradationTests
{
    [Fact]
    public void A_network_gets_the_face_and_normal_numbers_and_gives_the_small_face()
    {
        using var model = Model(noise: 3);
        var step = new OnnxDegradation(model);
        var face = DegradationFixture.Plain(8, 8, 100);

        var levels = Enumerable.Range(0, 200).Select(sample =>
        {
            var random = new SampleRandom(1, sample);
            var small = step.Apply(face, ref random);
            (small.Width, small.Height).ShouldBe((2, 2));
            small.Rgb.Chunk(3).ShouldAllBe(pixel => pixel.SequenceEqual(small.Rgb.Take(3)));
            return small.Rgb[..3];
        }).ToArray();

        // The face's average, and a tenth of each normal number on its channel: 12.75 levels, as the range is 2 for 255.
        for (var c = 0; c < 3; c++)
        {
            levels.Average(pixel => pixel[c]).ShouldBe(100, 4);
            Math.Sqrt(levels.Average(pixel => Math.Pow(pixel[c] - 100.0, 2))).ShouldBe(12.75, 2.5);
        }

        levels.Count(pixel => pixel[0] == pixel[1]).ShouldBeLessThan(20);
    }

    [Fact]
    public void A_face_of_another_size_is_refused()
    {
        using var model = Model(noise: 3);
        var random = new SampleRandom(1, 0);

        Should.Throw<RevisageException>(() => new OnnxDegradation(model).Apply(DegradationFixture.Plain(9, 8, 0), ref random)).Message
            .ShouldBe("'h2l' takes faces of 8x8, but was given one of 9x8. Set the recipe's large side to the model's.");
    }

    [Fact]
    public void A_model_of_another_kind_is_refused()
    {
        using var model = Model(noise: null);

        Should.Throw<RevisageException>(() => new OnnxDegradation(model)).Message
            .ShouldStartWith("'h2l' takes 'hr' (batchx3x8x8), but a learned degradation takes 'hr' (Nx3xHxW) and 'noise' (NxZ)");
    }

    // Average of 4x4 pixels, and a tenth of the noise.
    private static OnnxModel Model(int? noise) => OnnxModel.Load(
        OnnxExport.Record(
            "h2l", noise is { } count ? [new OnnxInput("hr", 3, 8, 8), new OnnxInput("noise", count)] : [new OnnxInput("hr", 3, 8, 8)],
            maps => [("lr", maps.Count == 1 ? maps[0].AveragePool(4, 4) : maps[0].AveragePool(4, 4) + 0.1 * maps[1].Reshape(3, 1, 1).Resize(Interpolation.Nearest, 2))],
            _ => ReadOnlyMemory<float>.Empty, [], new Dictionary<string, string>()),
        "h2l", new OnnxOptions { Threads = 1 });
}
