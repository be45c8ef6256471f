using Revisage.Restoration;

namespace Revisage.Tests.Restoration;

/// <summary>Models and cards that the tests of this folder share.</summary>
internal static class TestModels
{
    public static ModelCard Card { get; } = new()
    {
        Name = "doubler",
        Method = "edsr",
        Citation = "Lim et al., Enhanced Deep Residual Networks, CVPRW 2017",
        Scale = 2,
        Input = new PixelSize(3, 2),
        Output = new PixelSize(6, 4),
        Range = ValueRange.Unit,
        InputName = "lr",
        OutputName = "sr",
        Data = new TrainingData("drawn faces", "CC0-1.0"),
        Run = new TrainingRun(1200, 50_000, 16, "bf16", 1.5, "edsr.compact", new DateOnly(2026, 3, 1)),
    };

    /// <summary>"lr" [N, 3, 2, 3] to "sr" [N, 3, 4, 6], each pixel repeated: the card's model.</summary>
    public static byte[] Doubler(ModelCard? card = null) => new OnnxFile()
        .Input("lr", "N", 3, 2, 3)
        .Output("sr", "N", 3, 4, 6)
        .Weight("scales", [1, 1, 2, 2], 4)
        .Node("Resize", ["lr", "", "scales"], "sr", ("mode", "nearest"), ("nearest_mode", "floor"), ("coordinate_transformation_mode", "asymmetric"))
        .Metadata(OnnxModel.CardKey, (card ?? Card).ToJson())
        .ToArray();

    /// <summary>What <see cref="Doubler"/> gives, and a quarter of the guide [N, 3, 4, 6] on top.</summary>
    public static byte[] GuidedDoubler() => new OnnxFile()
        .Input("lr", "N", 3, 2, 3)
        .Input("guide", "N", 3, 4, 6)
        .Output("sr", "N", 3, 4, 6)
        .Weight("scales", [1, 1, 2, 2], 4)
        .Weight("quarter", [0.25f], 1)
        .Node("Resize", ["lr", "", "scales"], "large", ("mode", "nearest"), ("nearest_mode", "floor"), ("coordinate_transformation_mode", "asymmetric"))
        .Node("Mul", ["guide", "quarter"], "share")
        .Node("Add", ["large", "share"], "sr")
        .Metadata(OnnxModel.CardKey, (Card with { NeedsGuide = true }).ToJson())
        .ToArray();

    /// <summary>"x" [N, 1, H, W] to "y": the sum of each pixel's 3x3 neighbourhood, zeros outside.</summary>
    public static byte[] NeighbourSum() => new OnnxFile()
        .Input("x", "N", 1, "H", "W")
        .Output("y", "N", 1, "H", "W")
        .Weight("w", [1, 1, 1, 1, 1, 1, 1, 1, 1], 1, 1, 3, 3)
        .Node("Conv", ["x", "w"], "y", ("kernel_shape", new[] { 3, 3 }), ("pads", new[] { 1, 1, 1, 1 }))
        .ToArray();

    /// <summary>"x" [N, 32, H, W] to "y" through many convolutions: about 300 MFLOP a step at 128x128.</summary>
    public static byte[] Slow(int steps)
    {
        var file = new OnnxFile().Input("x", "N", 32, "H", "W").Output("y", "N", 32, "H", "W").Weight("w", new float[32 * 32 * 9], 32, 32, 3, 3);
        for (var i = 0; i < steps; i++)
        {
            file.Node("Conv", [i == 0 ? "x" : $"x{i}", "w"], i == steps - 1 ? "y" : $"x{i + 1}", ("kernel_shape", new[] { 3, 3 }), ("pads", new[] { 1, 1, 1, 1 }));
        }

        return file.ToArray();
    }

    public static IReadOnlyDictionary<string, OnnxTensor> Named(string name, float[] values, params int[] shape) =>
        new Dictionary<string, OnnxTensor> { [name] = new(values, shape) };
}
