using Revisage.Restoration;

namespace Revisage.Tests.Restoration;

public sealed class OptimizedModelsTests : IDisposable
{
    private static readonly IReadOnlyDictionary<string, OnnxTensor> face = TestModels.Named("x", [.. Enumerable.Range(0, 32 * 64).Select(i => i % 7f)], 1, 32, 8, 8);

    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;
    private readonly string model;
    private readonly string cache;

    public OptimizedModelsTests()
    {
        model = Path.Combine(folder, "model.onnx");
        cache = Path.Combine(folder, "made", "cache");
        File.WriteAllBytes(model, Weighty(0.01f));
    }

    private string[] Kept => Directory.Exists(cache) ? Directory.GetFiles(cache) : [];

    private OnnxOptions Options => new() { Threads = 1, CacheFolder = cache };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_model_is_kept_optimised_and_gives_the_same_from_there()
    {
        var plain = Run(Options with { CacheFolder = null });
        Kept.ShouldBeEmpty();

        Run(Options).ShouldBe(plain);
        var kept = Kept.ShouldHaveSingleItem();
        var written = File.GetLastWriteTimeUtc(kept);

        Run(Options).ShouldBe(plain);
        Kept.ShouldBe([kept]);
        File.GetLastWriteTimeUtc(kept).ShouldBe(written);
    }

    [Fact]
    public void Ports_and_card_are_those_of_the_model()
    {
        File.WriteAllBytes(model, Weighty(0.01f, card: true));
        using var made = OnnxModel.Load(model, Options);
        using var kept = OnnxModel.Load(model, Options);

        kept.Inputs.Single().ShapeText.ShouldBe("Nx32xHxW");
        kept.Outputs.Single().ShapeText.ShouldBe(made.Outputs.Single().ShapeText);
        kept.Card.ShouldNotBeNull().DescribesSame(TestModels.Card).ShouldBeTrue();
    }

    [Fact]
    public void A_model_of_other_contents_is_another_though_its_name_and_time_are_the_same()
    {
        var first = Run(Options);
        var time = File.GetLastWriteTimeUtc(model);
        File.WriteAllBytes(model, Weighty(0.02f));
        File.SetLastWriteTimeUtc(model, time);

        Run(Options)[0].ShouldBe(2 * first[0], 1e-3f);
        Kept.Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("empty")]
    [InlineData("one bit")]
    [InlineData("not a model")]
    public void What_is_damaged_is_made_anew(string damage)
    {
        var right = Run(Options);
        var kept = Kept.Single();
        var whole = File.ReadAllBytes(kept);
        byte[] damaged = damage switch
        {
            "cut" => whole[..(whole.Length / 2)],
            "empty" => [],
            "one bit" => [.. whole[..(whole.Length / 2)], (byte)(whole[whole.Length / 2] ^ 4), .. whole[(whole.Length / 2 + 1)..]],
            // Sealed rightly, so that only ONNX Runtime can tell.
            _ => [1, 2, 3, 4, 5, 6, 7, 8, .. BitConverter.GetBytes(Crc32C.Of([1, 2, 3, 4, 5, 6, 7, 8]))],
        };
        File.WriteAllBytes(kept, damaged);

        Run(Options).ShouldBe(right);
        Run(Options).ShouldBe(right);
        // Not the same bytes: ONNX Runtime writes its parts in any order.
        OptimizedModels.Read(kept).ShouldNotBeNull().Length.ShouldBe(whole.Length);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_or_is_none_is_done_without()
    {
        var right = Run(Options with { CacheFolder = null });

        // Below a file nothing can be made, whoever asks.
        Run(Options with { CacheFolder = Path.Combine(model, "cache") }).ShouldBe(right);
        Run(Options with { CacheFolder = model }).ShouldBe(right);
    }

    [Fact]
    public void A_damaged_model_is_told_as_without_a_cache_and_leaves_nothing()
    {
        File.WriteAllBytes(model, [.. Weighty(0.01f)[..100_000]]);

        Should.Throw<RevisageException>(() => OnnxModel.Load(model, Options)).Message.ShouldStartWith($"'{model}' is not a model that can be run:");
        Kept.ShouldBeEmpty();
    }

    [Fact]
    public void Many_at_once_agree_and_leave_one_file()
    {
        var right = Run(Options with { CacheFolder = null });

        Parallel.For(0, 12, _ => Run(Options).ShouldBe(right));

        Kept.ShouldHaveSingleItem();
    }

    [Fact]
    public void Those_not_used_for_longest_go_first()
    {
        Directory.CreateDirectory(cache);
        foreach (var (name, days) in new[] { ("new.ort", 1), ("old.ort", 3), ("middle.ort", 2), ("left.tmp", 1), ("other", 9) })
        {
            File.WriteAllBytes(Path.Combine(cache, name), new byte[100]);
            File.SetLastWriteTimeUtc(Path.Combine(cache, name), DateTime.UtcNow.AddDays(-days));
        }

        new OptimizedModels(cache).Trim(most: 200);

        Kept.Select(Path.GetFileName).Order().ShouldBe(["middle.ort", "new.ort", "other"]);
    }

    [Fact]
    public void Small_models_are_not_kept()
    {
        File.WriteAllBytes(model, TestModels.NeighbourSum());
        using var loaded = OnnxModel.Load(model, Options);

        Kept.ShouldBeEmpty();
    }

    private float[] Run(OnnxOptions options)
    {
        using var loaded = OnnxModel.Load(model, options);
        // Weights used in place must outlive what was left to collect.
        GC.Collect();
        return loaded.Run(face)["y"].Values.ToArray();
    }

    /// <summary>A convolution of 32 to 64 channels, and one back, all weights alike: 147 KB.</summary>
    private static byte[] Weighty(float weight, bool card = false)
    {
        var file = new OnnxFile().Input("x", "N", 32, "H", "W").Output("y", "N", 32, "H", "W")
            .Weight("up", [.. Enumerable.Repeat(weight, 64 * 32 * 9)], 64, 32, 3, 3)
            .Weight("down", [.. Enumerable.Repeat(0.01f, 32 * 64 * 9)], 32, 64, 3, 3)
            .Node("Conv", ["x", "up"], "wide", ("kernel_shape", new[] { 3, 3 }), ("pads", new[] { 1, 1, 1, 1 }))
            .Node("Relu", ["wide"], "active")
            .Node("Conv", ["active", "down"], "y", ("kernel_shape", new[] { 3, 3 }), ("pads", new[] { 1, 1, 1, 1 }));
        return (card ? file.Metadata(OnnxModel.CardKey, TestModels.Card.ToJson()) : file).ToArray();
    }
}
