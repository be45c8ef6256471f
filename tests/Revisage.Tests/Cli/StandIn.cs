using Revisage.Restoration;
using Revisage.Tests.Restoration;

namespace Revisage.Tests.Cli;

/// <summary>A model in place of a trained one: faces of 16 to 128, each pixel repeated 8x8 times.</summary>
internal static class StandIn
{
    public static ModelCard Card { get; } = TestModels.Card with
    {
        Name = "repeat",
        Scale = 8,
        Input = new PixelSize(16, 16),
        Output = new PixelSize(128, 128),
    };

    /// <summary>A model that gives its guide back, whatever the face.</summary>
    public static void WriteGuided(string path)
    {
        var card = Card with { Name = "echo", NeedsGuide = true };
        File.WriteAllBytes(path, new OnnxFile()
            .Input("lr", "N", 3, 16, 16)
            .Input("guide", "N", 3, 128, 128)
            .Output("sr", "N", 3, 128, 128)
            .Weight("scales", [1, 1, 8, 8], 4)
            .Weight("none", [0], 1)
            .Node("Resize", ["lr", "", "scales"], "large", ("mode", "nearest"), ("nearest_mode", "floor"), ("coordinate_transformation_mode", "asymmetric"))
            .Node("Mul", ["large", "none"], "nothing")
            .Node("Add", ["guide", "nothing"], "sr")
            .Metadata(OnnxModel.CardKey, card.ToJson())
            .ToArray());
        (card with { Sha256 = StoredModel.HashOf(path) }).Write(Path.ChangeExtension(path, ".json"));
    }

    /// <summary>Writes the model, and beside it its card with the hash.</summary>
    public static void Write(string path)
    {
        File.WriteAllBytes(path, new OnnxFile()
            .Input("lr", "N", 3, 16, 16)
            .Output("sr", "N", 3, 128, 128)
            .Weight("scales", [1, 1, 8, 8], 4)
            .Node("Resize", ["lr", "", "scales"], "sr", ("mode", "nearest"), ("nearest_mode", "floor"), ("coordinate_transformation_mode", "asymmetric"))
            .Metadata(OnnxModel.CardKey, Card.ToJson())
            .ToArray());
        (Card with { Sha256 = StoredModel.HashOf(path) }).Write(Path.ChangeExtension(path, ".json"));
    }
}
