using System.Globalization;
using System.Text.Json;
using Revisage.Evaluation;

namespace Revisage.Tests.Evaluation;

public sealed class EvaluationFilesTests : IDisposable
{
    private readonly SyntheticFaces faces = new();

    public void Dispose() => faces.Dispose();

    [Fact]
    public void The_report_is_written_as_documented()
    {
        var report = Evaluator.Evaluate([faces.Plain("a", 100), faces.Plain("a", 50)], Protocol.Revisage8x, Upscaler.Baselines(8));

        using var json = JsonDocument.Parse(EvaluationJson.Of([report], "bicubic"));

        json.RootElement.EnumerateObject().Select(field => field.Name).ShouldBe(["protocol", "models", "metrics", "footnotes"]);
        string.Concat(json.RootElement.GetProperty("protocol").GetRawText().Where(c => !char.IsWhiteSpace(c))).ShouldStartWith(
            """{"name":"revisage-8x","scale":8,"hr":128,"degradation":"bicubic","border":0,"images":2,""");
        var models = json.RootElement.GetProperty("models").EnumerateArray().ToArray();
        models.Select(model => model.GetProperty("name").GetString()).ShouldBe(["nearest", "bilinear", "bicubic"]);
        models[0].EnumerateObject().Select(field => field.Name).Take(15).ShouldBe([
            "name", "psnr", "psnr_y", "ssim", "ms_ssim", "lpips", "perceptual_resnet18", "identity", "nme", "fid", "frechet_resnet18", "frechet_identity", "data_consistency", "faces_per_second", "intervals"]);
        models[0].GetProperty("lpips").ValueKind.ShouldBe(JsonValueKind.Null);
        models[0].GetProperty("ms_ssim").GetDouble().ShouldBe(1, 1e-9);
        models[0].GetProperty("intervals").GetProperty("psnr_y").EnumerateArray().Select(end => end.GetDouble()).ShouldBe([100, 100]);
        models[0].GetProperty("against").GetProperty("psnr").GetProperty("gain").GetDouble().ShouldBe(0);
        json.RootElement.GetProperty("footnotes").EnumerateArray().Select(note => note.GetString()).ShouldContain(note => note!.StartsWith("NME %, landmarks px, identity", StringComparison.Ordinal));
    }

    [Fact]
    public void Reports_of_several_protocols_are_an_array()
    {
        EvaluationReport Of(Protocol protocol) => Evaluator.Evaluate([faces.Plain("a", 100)], protocol, Upscaler.Baselines(protocol.Scale));

        using var json = JsonDocument.Parse(EvaluationJson.Of([Of(Protocol.Revisage8x), Of(Protocol.WNet4x)]));

        json.RootElement.EnumerateArray().Select(report => report.GetProperty("protocol").GetProperty("name").GetString()).ShouldBe(["revisage-8x", "wnet-4x"]);
    }

    [Fact]
    public void The_csv_has_a_row_for_each_face_with_all_that_was_measured()
    {
        var report = Evaluator.Evaluate([faces.Plain("a,b", 100) with { Age = 30 }, faces.Plain("c", 50)], Protocol.Revisage8x, Upscaler.Baselines(8));

        var rows = EvaluationCsv.Of([report]).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        rows.Length.ShouldBe(1 + 3 * 2);
        rows[0].ShouldStartWith("protocol,model,face,set,age,gender,ethnicity,psnr,psnr_y,ssim,");
        rows[1].ShouldStartWith("revisage-8x,nearest,");
        rows[1].ShouldContain(",\"a,b\",30,,,100,100,1,1,1,1,,,,,,");
        double.Parse(rows[^1].Split(',')[7], CultureInfo.InvariantCulture).ShouldBe(100);
    }
}
