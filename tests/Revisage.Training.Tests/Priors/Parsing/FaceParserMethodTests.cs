using Revisage.Data;
using Revisage.Data.Prepare;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Training.Methods;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Data.Prepare;
using Revisage.Training.Tests.Runs;

namespace Revisage.Training.Tests.Priors.Parsing;

[Trait("Category", "torch")]
public sealed class FaceParserMethodTests : IDisposable
{
    private readonly DrawnPhotographs photographs = new();
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-parser-").FullName;

    public void Dispose()
    {
        photographs.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void An_exported_parser_draws_the_maps_of_a_set()
    {
        var recipe = RecipeFile.Parse("method: face-parser\nnetwork: {width: 4}\ndata: {high_res: 64, low_res: 0}", "of the test", []);
        using (var stage = MethodCatalog.Find("face-parser").FirstStage(recipe))
        {
            Checkpoint.Of(stage, new CheckpointState { Iteration = 1, Recipe = RecipeFile.ToYaml(recipe), Threads = 1, Faces = 1 }).Save(Path.Combine(folder, "checkpoint.safetensors"));
        }

        ModelExport.Write(Path.Combine(folder, "checkpoint.safetensors"), Path.Combine(folder, "parser.onnx"));
        photographs.Add("a.png", 300, 300, [(100, 90, 100)]);
        var sink = new MemorySink();
        using var parser = FaceParser.Open(new StoredModel("parser", Path.Combine(folder, "parser.onnx")));

        new PrepareRun(new PrepareOptions(), () => new WhiteSquareFinder(), parser).Run([photographs.Input()], sink, []);

        sink["a.png"].Parsing.ShouldBe(ParsingSource.Network);
        var (width, height, labels) = IndexedPng.Decode(sink.Faces[0].Parsing, "parsing");
        (width, height).ShouldBe((160, 160));
        // JPEG moves a few pixels over the border between two classes.
        var stored = parser.Parse(ImageFile.Decode(sink.Faces[0].Picture, "face"));
        labels.Zip(stored).Count(pair => pair.First == pair.Second).ShouldBeGreaterThan(labels.Length * 9 / 10);
    }
}
