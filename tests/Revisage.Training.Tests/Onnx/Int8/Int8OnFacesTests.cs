using Revisage.Evaluation;
using Revisage.Restoration;
using Revisage.Tests;
using Revisage.Training.Onnx;
using Revisage.Training.Onnx.Int8;

namespace Revisage.Training.Tests.Onnx.Int8;

/// <summary>Models in 8-bit integers on faces that they were not measured on.</summary>
public sealed class Int8OnFacesTests : IDisposable
{
    private const double LargestLoss = 0.03;

    private readonly string folder = Directory.CreateTempSubdirectory("revisage-int8-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Faces => Path.Combine(FacesFactAttribute.Folder, "aligned");

    [Int8Fact(OnFaces = true)]
    public void What_ships_loses_less_than_0_03_dB()
    {
        var shipped = ModelStore.Default.List().Where(model => model.Card.Quantization is not null).ToArray();
        shipped.ShouldNotBeEmpty();
        var faces = FaceSet.Open(Faces).ToReportOn().Faces.Where((_, i) => i % 7 == 0).ToArray();
        foreach (var model in shipped)
        {
            var quantization = model.Card.Quantization!;
            var whole = ModelStore.Default.Find(quantization.Of);
            using var small = FaceRestorer.Open(model);
            using var full = FaceRestorer.Open(whole);

            var report = Evaluator.Evaluate(faces, Int8Export.ProtocolOf(whole.Card), [Upscaler.Of(full, default), Upscaler.Of(small, default)]);

            (report.Models[0].Psnr - report.Models[1].Psnr).ShouldBeInRange(-LargestLoss, LargestLoss, model.Name);
            StoredModel.HashOf(whole.Path).ShouldBe(quantization.OfSha256, model.Name);
            model.Card.Results.ShouldAllBe(result => result.PsnrLost < LargestLoss);
        }
    }

    [FacesFact]
    public void An_export_says_what_it_was_made_of_and_what_it_lost()
    {
        var whole = ModelStore.Default.Find("edsr");
        var set = FaceSet.Open(Faces);

        var path = Path.Combine(folder, "small.onnx");
        var exported = Int8Export.Write(whole, path, set, new Int8Options { CalibrationFaces = 8, ComparisonFaces = 4, Shares = [1] });

        exported.Card.Quantization.ShouldBe(new Quantization("edsr", StoredModel.HashOf(whole.Path), "int8", 36, 8, 1));
        new StoredModel("small", path).Problem().ShouldBeNull();
        new FileInfo(path).Length.ShouldBeLessThan(new FileInfo(whole.Path).Length / 3);
        Should.Throw<RevisageException>(() => ShippedNetwork.Read(new StoredModel("small", path))).Message.ShouldBe($"'{path}' holds weights in 8 bits only. Name 'edsr', which it was made of.");
        Should.Throw<RevisageException>(() => Int8Export.Write(new StoredModel("small", path), Path.Combine(folder, "smaller.onnx"), set)).Message
            .ShouldBe("'small' is in 8 bits already. Name 'edsr', which it was made of.");
    }

    [FacesFact]
    public void A_model_that_wants_a_guide_is_refused() =>
        Should.Throw<RevisageException>(() => Int8Export.Write(ModelStore.Default.Find("gwainet"), Path.Combine(folder, "small.onnx"), FaceSet.Open(Faces))).Message
            .ShouldStartWith("'gwainet' is not for upright faces alone");
}
