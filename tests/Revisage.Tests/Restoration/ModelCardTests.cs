using Revisage.Restoration;

namespace Revisage.Tests.Restoration;

public sealed class ModelCardTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-card-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_card_is_written_and_read_as_it_was()
    {
        var path = Path.Combine(folder, "doubler.json");
        var card = TestModels.Card with
        {
            Sha256 = new string('a', 64),
            Results = [new MeasuredResult("revisage-8x", 100) { Psnr = 24.5, PsnrY = 26.25, BicubicPsnr = 21.5 }],
        };

        card.Write(path);
        var read = ModelCard.Read(path);

        read.ToJson().ShouldBe(card.ToJson());
        read.Results.ShouldBe(card.Results);
        read.Run.ShouldBe(card.Run);
        read.Range.ShouldBe(ValueRange.Unit);
    }

    [Fact]
    public void The_json_reads_as_the_table_of_fields()
    {
        const string json = """
            {
              "name": "edsr", "method": "edsr", "citation": "Lim 2017", "scale": 8,
              "input": { "width": 16, "height": 16 }, "output": { "width": 128, "height": 128 },
              "range": "signed", "input_name": "x", "output_name": "y", "needs_guide": false,
              "data": { "name": "faces", "licence": "CC-BY-4.0" },
              "run": { "images": 9, "iterations": 10, "batch": 16, "precision": "bf16", "hours": 0.5, "recipe": "edsr.compact", "date": "2026-03-01" },
              "results": [{ "protocol": "revisage-8x", "images": 100, "psnr": 24.5, "psnr_y": 26.25, "ssim": 0.7, "bicubic_psnr": 21.5 }],
              "a_field_of_later": 1
            }
            """;

        var card = ModelCard.Parse(json, "'edsr.json'");

        card.Input.ShouldBe(new PixelSize(16, 16));
        card.Range.ShouldBe(ValueRange.Signed);
        card.InputName.ShouldBe("x");
        card.Data.Licence.ShouldBe("CC-BY-4.0");
        card.Run!.Date.ShouldBe(new DateOnly(2026, 3, 1));
        card.Results[0].PsnrY.ShouldBe(26.25);
        card.Results[0].BicubicSsim.ShouldBeNull();
        card.ToJson().ShouldContain("\"psnr_y\": 26.25");
        card.ToJson().ShouldContain("\"range\": \"signed\"");
    }

    [Theory]
    [InlineData("\"name\": \"doubler\"", "\"name\": \"My Model\"", "'name' is 'My Model'")]
    [InlineData("\"name\": \"doubler\"", "\"name\": \"../doubler\"", "'name' is '../doubler'")]
    [InlineData("\"method\": \"edsr\"", "\"method\": null", "'method' is empty")]
    [InlineData("\"method\": \"edsr\",", "", "method")]
    [InlineData("\"scale\": 2", "\"scale\": 3", "'output' is 6x4, which is not 3 times 'input' (3x2)")]
    [InlineData("\"scale\": 2", "\"scale\": 0", "'scale' is 0")]
    [InlineData("\"scale\": 2", "\"scale\": \"two\"", "$.scale")]
    [InlineData("\"range\": \"unit\"", "\"range\": \"tanh\"", "$.range")]
    [InlineData("\"range\": \"unit\"", "\"range\": 7", "'range' is 7")]
    [InlineData("\"licence\": \"CC0-1.0\"", "\"licence\": \"\"", "'data.licence' is empty")]
    [InlineData("\"input_name\": \"lr\"", "\"input_name\": \"\"", "'input_name' is empty")]
    [InlineData("\"results\": []", "\"sha256\": \"abc\"", "'sha256' is 'abc'")]
    [InlineData("{", "", "is not a model card")]
    public void A_wrong_field_is_named(string right, string wrong, string told)
    {
        var json = TestModels.Card.ToJson();
        json.ShouldContain(right);

        var message = Should.Throw<RevisageException>(() => ModelCard.Parse(json.Replace(right, wrong, StringComparison.Ordinal), "'doubler.json'")).Message;

        message.ShouldStartWith("'doubler.json' is not a model card: ");
        message.ShouldContain(told);
    }

    [Fact]
    public void A_card_without_results_has_none() =>
        ModelCard.Parse(TestModels.Card.ToJson().Replace("\"results\": []", "\"later\": []", StringComparison.Ordinal), "'doubler.json'").Results.ShouldBeEmpty();

    [Fact]
    public void A_missing_file_is_told_by_name() =>
        Should.Throw<MissingComponentException>(() => ModelCard.Read(Path.Combine(folder, "none.json"))).Message.ShouldContain("none.json");

    [Fact]
    public void A_wrong_card_is_not_written()
    {
        var path = Path.Combine(folder, "doubler.json");

        Should.Throw<RevisageException>(() => (TestModels.Card with { Scale = 5 }).Write(path));

        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public void Results_and_hash_do_not_make_another_model()
    {
        var measured = TestModels.Card with { Sha256 = new string('0', 64), Results = [new MeasuredResult("revisage-8x", 1)] };

        measured.DescribesSame(TestModels.Card).ShouldBeTrue();
        (measured with { Range = ValueRange.Byte }).DescribesSame(TestModels.Card).ShouldBeFalse();
    }

    [Fact]
    public void A_card_says_what_its_model_computes_in()
    {
        TestModels.Card.Precision.ShouldBe("fp32");
        var card = TestModels.Card with { Quantization = new Quantization("wide", new string('0', 64), Quantization.Int8, 36, 512, 1) };

        var read = ModelCard.Parse(card.ToJson(), "'doubler.json'");

        read.Precision.ShouldBe("int8");
        read.Quantization.ShouldBe(card.Quantization);
        card.DescribesSame(TestModels.Card).ShouldBeFalse();
    }

    [Theory]
    [InlineData("int4", "wide")]
    [InlineData("int8", " ")]
    public void A_precision_that_is_not_known_is_refused(string precision, string of)
    {
        var card = TestModels.Card with { Quantization = new Quantization(of, new string('0', 64), precision, 36, 512, 1) };

        Should.Throw<RevisageException>(() => ModelCard.Parse(card.ToJson(), "'doubler.json'")).Message.ShouldContain($"'quantization' is {precision} of '{of}'");
    }
}
