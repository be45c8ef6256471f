using Revisage.Restoration;
using Revisage.Training.Methods;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Runs;

namespace Revisage.Training.Tests.Onnx;

[Trait("Category", "torch")]
public sealed class ShippedNetworkTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-shipped-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("edsr", "network: {channels: 4, blocks: 1}")]
    [InlineData("landmarks", "network: {channels: 16, depth: 2, map_side: 8}\ndata: {high_res: 32, low_res: 0}")]
    [InlineData("inet", "network: {width: 4, units: 1, embedding: 6}\ndata: {high_res: 64, low_res: 0}")]
    public void What_was_exported_comes_back_with_its_weights(string id, string options)
    {
        var recipe = RecipeFile.Parse($"method: {id}\n{options}", "of the test", []);
        var method = MethodCatalog.Find(id);
        using var stage = method.FirstStage(recipe);
        var checkpoint = Checkpoint.Of(stage, new CheckpointState { Iteration = 1, Recipe = RecipeFile.ToYaml(recipe), Threads = 1, Faces = 1 });
        checkpoint.Save(Path.Combine(folder, "checkpoint.safetensors"));
        var path = Path.Combine(folder, "small.onnx");

        var exported = ModelExport.Write(Path.Combine(folder, "checkpoint.safetensors"), path);
        using var network = ShippedNetwork.Open(new StoredModel("small", path), "frozen", default);

        exported.Card.Task.ShouldBe(method.Task);
        exported.LargestDifference.ShouldBeLessThan(1e-4);
        var weights = checkpoint.WeightsOf(method.ShippedWeights);
        foreach (var array in network.Save())
        {
            array.ToFloats().ShouldBe(weights[array.Name].ToFloats(), array.Name);
        }
    }

    [Fact]
    public void A_file_without_a_recipe_is_named()
    {
        var path = Path.Combine(folder, "bare.onnx");
        File.WriteAllBytes(path, []);

        Should.Throw<RevisageException>(() => ShippedNetwork.Open(new StoredModel("bare", path), "frozen", default))
            .Message.ShouldBe($"'{path}' does not say by which recipe it was trained. Export it again by 'revisage export'.");
    }

    [Fact]
    public void A_file_cut_short_is_named()
    {
        var path = Path.Combine(folder, "cut.onnx");
        File.WriteAllBytes(path, File.ReadAllBytes(ModelStore.Default.Find("edsr").Path)[..1000]);

        Should.Throw<RevisageException>(() => ShippedNetwork.Open(new StoredModel("cut", path), "frozen", default))
            .Message.ShouldStartWith($"The weights in '{path}' cannot be read: ");
    }
}
