using Revisage.Training.Import;

namespace Revisage.Training.Tests.Import;

public sealed class NameMapTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Names_of_the_authors_that_a_network_keeps_need_no_map_but_for_what_is_spare()
    {
        var file = TorchFile.Read(ImportFixture.At("progressive-zip.pth"));
        var wanted = file.Weights().Keys.Where(name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal)).ToArray();

        AuthorLayouts.Progressive.Apply(file, wanted).Keys.ShouldBe(wanted);
        // Step 1 has 3 layers of norm, the others 3 each: a count for each is spare.
        (file.Arrays.Count - wanted.Length).ShouldBe(10);
    }

    [Fact]
    public void What_is_spare_is_given_where_it_is_wanted()
    {
        var file = TorchFile.Read(ImportFixture.At("low-to-high-legacy.pth"));
        var names = file.Weights().Keys.Where(name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal)).ToArray();
        var used = names.Where(name => !name.StartsWith("a2.", StringComparison.Ordinal)).ToArray();

        AuthorLayouts.LowToHigh.Apply(file, used).Count.ShouldBe(used.Length);
        AuthorLayouts.LowToHigh.Apply(file, names)["a2.0.bias"].Shape.ShouldBe([3]);
    }

    [Fact]
    public void Features_alone_leave_the_classifier_of_VGG_and_the_later_layers()
    {
        var file = TorchFile.Read(ImportFixture.At("vgg-16-zip.pth"));

        AuthorLayouts.Vgg.Apply(file, ["features.0.weight", "features.0.bias"]).Count.ShouldBe(2);
    }

    [Fact]
    public void The_published_files_hold_nothing_beyond_what_their_maps_know()
    {
        foreach (var (map, name, spare) in new[] { (AuthorLayouts.DistilledFan, "distilled-fan-legacy.pth", 3), (AuthorLayouts.Fan4, "fan-4-legacy.pth", 37), (AuthorLayouts.FaceParser, "face-parser-zip.pth", 18) })
        {
            var file = TorchFile.Read(ImportFixture.At(name), wholeModules: true);
            var wanted = file.Weights().Keys.Where(array => !map.Spare.Any(pattern => System.Text.RegularExpressions.Regex.IsMatch(array, pattern))).ToArray();

            map.Apply(file, wanted).Count.ShouldBe(file.Arrays.Count - spare, name);
        }
    }

    [Fact]
    public void TensorFlows_names_become_paths_and_its_weights_turn()
    {
        var prefix = Path.Combine(folder, "model.ckpt");
        TensorFlowCheckpointTests.Gwainet().Write(prefix);

        var arrays = AuthorLayouts.Gwainet.Apply(TensorFlowCheckpoint.Read(prefix), ["generator.conv1.weight", "generator.conv1.bias", "generator.dense.weight", "generator.empty"]);

        arrays["generator.conv1.weight"].Name.ShouldBe("generator.conv1.weight");
        arrays["generator.conv1.weight"].ToFloats().ShouldBe([1, 3, 2, 4]);
        arrays["generator.conv1.bias"].ToFloats().ShouldBe([5, 6]);
    }

    [Fact]
    public void What_is_missing_and_what_is_unknown_are_both_named()
    {
        var file = TorchFile.Read(ImportFixture.At("vgg-16-zip.pth"));

        Should.Throw<RevisageException>(() => AuthorLayouts.Fan4.Apply(file, ["conv1.weight", "conv1.bias", "features.0.bias"])).Message
            .ShouldEndWith("is no file of 2DFAN4 for this network: 2 are missing (first: 'conv1.weight'), 31 are unknown (first: 'features.0.weight'). Choose the file, or the network's options, that belong together.");
    }
}
