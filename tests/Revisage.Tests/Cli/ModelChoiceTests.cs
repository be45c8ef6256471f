using Revisage.Cli;
using Revisage.Restoration;
using Revisage.Tests.Restoration;

namespace Revisage.Tests.Cli;

public sealed class ModelChoiceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-choice-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(true, "wide-int8")]
    [InlineData(false, "wide")]
    public void The_best_model_is_taken_in_int8_where_that_is_faster(bool fast, string expected)
    {
        Put("narrow", 24);
        var hash = Put("wide", 26);
        Put("wide-int8", 25.99, new Quantization("wide", hash, Quantization.Int8, 36, 512, 1));

        ModelChoice.Preferred(Installed, fast)!.Name.ShouldBe(expected);
    }

    [Fact]
    public void What_was_made_of_another_file_of_that_name_is_not()
    {
        Put("wide", 26);
        Put("wide-int8", 25.99, new Quantization("wide", new string('0', 64), Quantization.Int8, 36, 512, 1));

        ModelChoice.Preferred(Installed, fastInt8: true)!.Name.ShouldBe("wide");
    }

    [Fact]
    public void The_best_is_chosen_among_models_of_floats()
    {
        var hash = Put("wide", 26);
        Put("narrow", 24);
        Put("wide-int8", 26.01, new Quantization("wide", hash, Quantization.Int8, 36, 512, 1));

        ModelChoice.Preferred(Installed, fastInt8: false)!.Name.ShouldBe("wide");
    }

    [Fact]
    public void The_only_model_is_taken_whatever_it_computes_in()
    {
        Put("wide-int8", 26, new Quantization("wide", new string('0', 64), Quantization.Int8, 36, 512, 1));

        ModelChoice.Preferred(Installed, fastInt8: false)!.Name.ShouldBe("wide-int8");
    }

    private IReadOnlyList<StoredModel> Installed => new ModelStore(folder).ListReadable(out _);

    private string Put(string name, double psnr, Quantization? quantization = null)
    {
        var (path, card) = (Path.Combine(folder, name + ".onnx"), TestModels.Card with { Name = name, Quantization = quantization });
        File.WriteAllBytes(path, TestModels.Doubler(card));
        var hash = StoredModel.HashOf(path);
        (card with { Sha256 = hash, Results = [new MeasuredResult("revisage-8x", 10) { Psnr = psnr }] }).Write(Path.ChangeExtension(path, ".json"));
        return hash;
    }
}
