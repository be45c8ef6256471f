using Revisage.Faces;
using Revisage.Photographs;
using Revisage.Restoration;
using Revisage.Tests.Restoration;

namespace Revisage.Tests.Photographs;

/// <summary>
/// A folder of models in place of trained ones: a detector that takes bright cells of 32 pixels for faces whose square is the cell,
/// super-resolvers of 16 and 32 pixels that lighten what they enlarge, a parser that sees skin everywhere, an identity that is the mean colour.
/// </summary>
internal sealed class StandInPhotoModels : IDisposable
{
    /// <summary>Pixels of a face's square.</summary>
    public const int Face = 32;

    /// <summary>By how much restored faces are lighter, of 1.</summary>
    public const float Lighter = 0.25f;

    public StandInPhotoModels()
    {
        WriteDetector();
        WriteRestorer("light-16", 16, 8);
        WriteRestorer("light-32", 32, 4);
        WriteLandmarks();
        WriteParser();
        WriteIdentity();
        Store = new ModelStore(Folder);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("revisage-photo-models-").FullName;

    public ModelStore Store { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void WriteDetector()
    {
        // The score's logit is the mean of a cell's pixels times 20, less 10; the landmarks are the template's in the cell.
        var weights = new float[FaceCandidates.Channels * 3 * Face * Face];
        Array.Fill(weights, 20f / (3 * Face * Face), 0, 3 * Face * Face);
        var bias = new float[FaceCandidates.Channels];
        bias[0] = -10;
        for (var i = 0; i < DetectedFace.LandmarkCount; i++)
        {
            (bias[5 + 2 * i], bias[6 + 2 * i]) = (FaceTemplate.Points[i].X - 0.5f, FaceTemplate.Points[i].Y - 0.5f);
        }

        Write(
            TestModels.Card with { Name = FaceDetector.ModelName, Method = "face-detector", Task = ModelTask.Detection, Scale = 1, Input = new(64, 64), Output = new(2, 2), InputName = "photograph", OutputName = "stride32" },
            new OnnxFile().Input("photograph", "N", 3, "H", "W").Output("stride32", "N", FaceCandidates.Channels, "h", "w")
                .Weight("weight", weights, FaceCandidates.Channels, 3, Face, Face).Weight("bias", bias, FaceCandidates.Channels)
                .Node("Conv", ["photograph", "weight", "bias"], "stride32", ("kernel_shape", new[] { Face, Face }), ("strides", new[] { Face, Face })));
    }

    private void WriteRestorer(string name, int side, int scale) => Write(
        TestModels.Card with { Name = name, Scale = scale, Input = new(side, side), Output = new(scale * side, scale * side), Blind = true },
        new OnnxFile().Input("lr", "N", 3, side, side).Output("sr", "N", 3, scale * side, scale * side)
            .Weight("scales", [1, 1, scale, scale], 4).Weight("lighter", Waves(scale * side), 1, 1, scale * side, scale * side)
            .Node("Resize", ["lr", "", "scales"], "large", ("mode", "nearest"), ("nearest_mode", "floor"), ("coordinate_transformation_mode", "asymmetric"))
            .Node("Add", ["large", "lighter"], "sr"));

    // Detail that shrinking to the square does not lose; its means over quarters are 0, so that matching colours leaves it.
    private static float[] Waves(int side) => [.. Enumerable.Range(0, side * side).Select(i => Lighter * MathF.Sin(2 * MathF.PI * 8 * (i % side) / side))];

    // Where the square's own framing has them: a box of its middle, a little low.
    private void WriteLandmarks()
    {
        var extent = (float)(1 / FaceFraming.Extent);
        var (middleX, middleY) = (0.5f, 0.5f + (float)FaceFraming.Lift * extent);
        var bias = new float[2 * Landmarks.Count];
        for (var i = 0; i < Landmarks.Count; i++)
        {
            bias[i] = middleX + extent * ((float)i / (Landmarks.Count - 1) - 0.5f);
            bias[Landmarks.Count + i] = middleY + extent * ((float)i / (Landmarks.Count - 1) - 0.5f);
        }

        Write(
            TestModels.Card with { Name = PhotoEnhancer.LandmarkModel, Task = ModelTask.Landmarks, Scale = 1, Input = new(32, 32), Output = new(1, 1), InputName = "face", OutputName = "landmarks" },
            new OnnxFile().Input("face", "N", 3, 32, 32).Output("landmarks", "N", 2 * Landmarks.Count)
                .Weight("weight", new float[2 * Landmarks.Count * 3 * 32 * 32], 2 * Landmarks.Count, 3, 32, 32).Weight("bias", bias, 2 * Landmarks.Count)
                .Node("Conv", ["face", "weight", "bias"], "points", ("kernel_shape", new[] { 32, 32 }))
                .Node("Flatten", ["points"], "landmarks"));
    }

    private void WriteParser()
    {
        var bias = new float[19];
        bias[1] = 1;
        Write(
            TestModels.Card with { Name = PhotoEnhancer.ParserModel, Task = ModelTask.Parsing, Scale = 1, Input = new(128, 128), Output = new(128, 128), InputName = "face", OutputName = "parsing" },
            new OnnxFile().Input("face", "N", 3, 128, 128).Output("parsing", "N", 19, 128, 128).Weight("weight", new float[19 * 3], 19, 3, 1, 1).Weight("bias", bias, 19)
                .Node("Conv", ["face", "weight", "bias"], "parsing", ("kernel_shape", new[] { 1, 1 })));
    }

    private void WriteIdentity() => Write(
        TestModels.Card with { Name = PhotoEnhancer.IdentityModel, Task = ModelTask.Identity, Scale = 1, Input = new(32, 32), Output = new(1, 1), InputName = "face", OutputName = "identity" },
        // The face's own pixels, without their mean.
        new OnnxFile().Input("face", "N", 3, 32, 32).Output("identity", "N", 3072)
            .Weight("half", [0.5f], 1)
            .Node("Sub", ["face", "half"], "centred")
            .Node("Flatten", ["centred"], "identity"));

    private void Write(ModelCard card, OnnxFile file)
    {
        var path = Path.Combine(Folder, card.Name + ".onnx");
        File.WriteAllBytes(path, file.Metadata(OnnxModel.CardKey, card.ToJson()).ToArray());
        (card with { Sha256 = StoredModel.HashOf(path) }).Write(Path.ChangeExtension(path, ".json"));
    }
}
