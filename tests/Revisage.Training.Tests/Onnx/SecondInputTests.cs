using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Training.Tests.Onnx;

/// <summary>An input that does nothing is a fault: what ships heeds each of its inputs by more than the rounding of a picture.</summary>
[Trait("Category", "torch")]
public class SecondInputTests
{
    // Root mean square, in grey levels of 255.
    private const double Rounding = 1;

    public static TheoryData<string> Degraders => Names(card => card.Task == ModelTask.Degradation);

    [Fact]
    public void Every_shipped_model_with_a_second_input_is_known_here() =>
        Stored().Where(model => model.Inputs > 1).Select(model => model.Card.Task == ModelTask.Degradation || model.Card.NeedsGuide).ShouldAllBe(known => known);

    [Theory]
    [MemberData(nameof(Degraders))]
    public void Another_draw_of_noise_makes_another_small_face(string name)
    {
        using var model = ModelStore.Default.Find(name).Open();
        var face = Sample(1, model.Inputs[0].Shape[^1].Fixed!.Value);

        Levels(model, face, Noise(model, "one")).ShouldBeGreaterThan(Rounding, name);

        double Levels(OnnxModel degrader, float[] shown, float[] noise) =>
            Difference(Made(degrader, shown, noise), Made(degrader, shown, Noise(degrader, "another")), degrader.Card!.Range);
    }

    private static TheoryData<string> Names(Func<ModelCard, bool> chosen) => [.. Stored().Where(model => chosen(model.Card)).Select(model => model.Name)];

    private static IEnumerable<(string Name, ModelCard Card, int Inputs)> Stored()
    {
        foreach (var path in Directory.EnumerateFiles(Path.Combine(Checkout.Root.ShouldNotBeNull(), "models"), "*.onnx").Order())
        {
            using var model = OnnxModel.Load(path, new OnnxOptions { Threads = 1 });
            yield return (Path.GetFileNameWithoutExtension(path), model.Card.ShouldNotBeNull(), model.Inputs.Count);
        }
    }

    private static float[] Made(OnnxModel model, float[] face, float[] second)
    {
        var inputs = model.Inputs.Zip([face, second], (port, values) => (port.Name, new Restoration.OnnxTensor(values, [1, .. port.Shape.Skip(1).Select(extent => extent.Fixed!.Value)]))).ToDictionary(pair => pair.Name, pair => pair.Item2);
        return model.Run(inputs)[model.Card!.OutputName].Values.ToArray();
    }

    private static double Difference(float[] one, float[] other, ValueRange range) =>
        Math.Sqrt(one.Zip(other, (a, b) => (double)(a - b) * (a - b)).Average()) * 255 / range.Bounds().Width;

    private static float[] Noise(OnnxModel model, string name)
    {
        var random = new SampleRandom(name.Length, 0);
        // N(0, 1) as the sum of twelve even numbers has it.
        return [.. Enumerable.Range(0, model.Inputs[1].Shape[^1].Fixed!.Value).Select(_ => (float)(Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6))];
    }

    /// <summary>A sample face in [-1, 1].</summary>
    private static float[] Sample(int number, int side)
    {
        var face = PillowResize.Resize(ImageFile.Load(Path.Combine(Checkout.Root.ShouldNotBeNull(), "samples", "faces", $"face-{number:D2}.png")), side, side, ResampleFilter.Bicubic);
        var values = new float[3 * side * side];
        ValueRange.Signed.FromUnit(face.Pixels, values);
        return values;
    }
}
