using Revisage.Data;
using Revisage.Data.Augmentation;
using Revisage.Degradations;
using Revisage.Restoration;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Data;

public sealed class FaceDatasetTests : IDisposable
{
    private static readonly DataOptions Plain = new() { HighRes = 32, LowRes = 4, Range = ValueRange.Unit, Augmentation = new AugmentationOptions { Flip = 0 } };

    private static readonly DataOptions Varied = Plain with { Augmentation = new AugmentationOptions { Flip = 0.5, Shift = 4 } };

    private readonly SyntheticFaces faces = new(train: 5, val: 1, side: 40, hr: 32);

    public void Dispose() => faces.Dispose();

    [Fact]
    public void Every_face_comes_once_an_epoch_in_an_order_of_its_own()
    {
        var dataset = Load(Plain);

        // Fifteen samples in batches of four: three epochs, across batches.
        var drawn = Enumerable.Range(0, 15).Select(sample => Face(dataset.Batch(sample, 1), 0)).ToArray();

        dataset.Count.ShouldBe(5);
        drawn.Chunk(5).ShouldAllBe(epoch => epoch.Order().SequenceEqual(new[] { 0, 1, 2, 3, 4 }));
        drawn.Chunk(5).Select(epoch => string.Join(' ', epoch)).ShouldBeUnique();
    }

    [Fact]
    public void A_sample_is_the_same_in_every_batch_and_for_every_dataset_of_its_seed()
    {
        var options = Varied;
        var batch = Load(options).Batch(0, 12);

        var single = Load(options).Batch(7, 1);

        single.HighRes.ShouldBe(batch.HighRes[(7 * 3 * 32 * 32)..(8 * 3 * 32 * 32)]);
        single.LowRes.ShouldBe(batch.LowRes[(7 * 3 * 4 * 4)..(8 * 3 * 4 * 4)]);
        Load(options, seed: 2).Batch(0, 12).HighRes.ShouldNotBe(batch.HighRes);
    }

    [Fact]
    public void What_goes_wrong_on_the_loading_thread_comes_out_of_Next()
    {
        var decodedLate = Load(Plain with { CacheMegabytes = 0 });
        File.WriteAllText(Path.Combine(faces.Folder, "2.png"), "no picture");
        using var loader = new BatchLoader(decodedLate, 5, 0);

        Should.Throw<RevisageException>(() => loader.Next(default)).Message.ShouldContain("2.png");
    }

    [Fact]
    public void Without_variation_the_face_is_the_central_square()
    {
        var batch = Load(Plain).Batch(0, 3);

        for (var i = 0; i < 3; i++)
        {
            (Shift(batch, i), Mirrored(batch, i)).ShouldBe((0, false));
        }
    }

    [Fact]
    public void Half_of_the_faces_are_mirrored()
    {
        var batch = Load(Plain with { Augmentation = new AugmentationOptions { Flip = 0.5 } }).Batch(0, 100);

        // Five standard deviations of 5.
        Enumerable.Range(0, 100).Count(i => Mirrored(batch, i)).ShouldBeInRange(25, 75);
    }

    [Fact]
    public void Faces_are_moved_within_the_margin()
    {
        var near = Load(Plain with { Augmentation = new AugmentationOptions { Flip = 0, Shift = 2 } }).Batch(0, 60);
        var far = Load(Plain with { Augmentation = new AugmentationOptions { Flip = 0, Shift = 50 } }).Batch(0, 200);

        Enumerable.Range(0, 60).Select(i => Shift(near, i)).Distinct().Order().ShouldBe([-2, -1, 0, 1, 2]);
        Enumerable.Range(0, 200).Select(i => Shift(far, i)).Distinct().Order().ShouldBe([-4, -3, -2, -1, 0, 1, 2, 3, 4]);
    }

    [Theory]
    [InlineData(ValueRange.Unit, 0, 1)]
    [InlineData(ValueRange.Signed, -1, 1)]
    [InlineData(ValueRange.Byte, 0, 255)]
    public void Values_have_the_recipes_range(ValueRange range, float low, float high)
    {
        var batch = Load(Plain with { Range = range }).Batch(0, 1);

        // Green is 0 on the left and 1 on the right.
        batch.HighRes[32 * 32].ShouldBe(low);
        batch.HighRes[(32 * 32) + 31].ShouldBe(high);
        batch.LowRes.Min().ShouldBeGreaterThanOrEqualTo(low);
        batch.LowRes.Max().ShouldBeLessThanOrEqualTo(high);
    }

    [Fact]
    public void The_small_face_is_the_large_one_made_small()
    {
        var batch = Load(Varied).Batch(0, 20);

        for (var i = 0; i < 20; i++)
        {
            batch.LowRes[i * 3 * 16].ShouldBe(batch.HighRes[i * 3 * 32 * 32], 1e-6);
            var green = batch.LowRes.AsSpan((i * 3 + 1) * 16, 4);
            (green[0] > green[3]).ShouldBe(Mirrored(batch, i));
        }
    }

    [Fact]
    [Trait("Category", "torch")]
    public void Tensors_have_the_batchs_shape()
    {
        using var scope = new Revisage.Torch.TensorScope();
        var batch = Load(Plain).Batch(0, 3);

        batch.HighResTensor(default).Shape.ShouldBe([3, 3, 32, 32]);
        batch.LowResTensor(default).Shape.ShouldBe([3, 3, 4, 4]);
        batch.LowResTensor(default).ToArray().ShouldBe(batch.LowRes);
    }

    [Fact]
    public void A_picture_smaller_than_its_index_says_is_named()
    {
        using var small = new SyntheticFaces(train: 1, val: 1, side: 20, hr: 32);

        Should.Throw<RevisageException>(() => FaceDataset.Load(small.Open(), "train", Plain, 1))
            .Message.ShouldBe($"'0.png' of '{small.Folder}' has 20 pixels, but its face is said to have 32. Correct the index or replace the picture.");
    }

    [Fact]
    public void A_damaged_picture_is_named()
    {
        File.WriteAllText(Path.Combine(faces.Folder, "2.png"), "no picture");

        Should.Throw<RevisageException>(() => Load(Plain)).Message.ShouldContain("2.png");
    }

    [Fact]
    public void Progress_reaches_the_number_of_faces()
    {
        var last = 0;

        FaceDataset.Load(faces.Open(), "train", Plain, 1, new Largest(done => last = Math.Max(last, done)));

        last.ShouldBe(5);
    }

    [Fact]
    public void A_batch_is_the_same_whichever_loader_made_it()
    {
        var dataset = Load(Varied);
        using var first = new BatchLoader(dataset, 4, first: 0);
        using var resumed = new BatchLoader(dataset, 4, first: 12);
        FaceBatch batch = first.Next(default);
        for (var iteration = 1; iteration <= 3; iteration++)
        {
            batch = first.Next(default);
        }

        var other = resumed.Next(default);

        (other.First, other.Size).ShouldBe((12, 4));
        batch.First.ShouldBe(12);
        other.HighRes.ShouldBe(batch.HighRes);
        other.LowRes.ShouldBe(batch.LowRes);
    }

    [Fact]
    public void Batches_come_in_order_whoever_makes_them()
    {
        var dataset = Load(Varied);
        using var alone = new BatchLoader(dataset, 2, first: 0);
        using var many = new BatchLoader(dataset, 2, first: 0, workers: 4);

        for (var iteration = 0; iteration < 20; iteration++)
        {
            var (one, other) = (alone.Next(default), many.Next(default));

            other.First.ShouldBe(2 * iteration);
            other.HighRes.ShouldBe(one.HighRes);
        }
    }

    [Fact]
    public void Faces_that_memory_does_not_hold_are_the_same_faces()
    {
        var held = Load(Varied).Batch(0, 12);

        Load(Varied with { CacheMegabytes = 0 }).Batch(0, 12).HighRes.ShouldBe(held.HighRes);
    }

    [Fact]
    public void Landmarks_and_parsing_maps_move_with_the_face()
    {
        using var annotated = new SyntheticFaces(train: 5, val: 2, side: 80, hr: 64, annotated: true);
        var options = Plain with { HighRes = 64, Parsing = true, Augmentation = new AugmentationOptions { Flip = 0.5, Shift = 8 } };
        var batch = FaceDataset.Load(annotated.Open(), "train", options, seed: 1).Batch(0, 40);

        for (var i = 0; i < batch.Size; i++)
        {
            var blue = batch.HighRes.AsSpan((i * 3 + 2) * 64 * 64, 64);
            var mirrored = blue[0] > blue[63];
            var left = (int)Math.Round(80 * Math.Min(blue[0], blue[63]));
            // Point 21 was at column 22; its mirror image is point 22, a brow's inner end like it.
            var column = batch.LandmarksOf(i)[mirrored ? 22 : 21].X;
            column.ShouldBe(mirrored ? 63 - (22 - left) : 22 - left, 1e-4f);
            // Skin left of column 40, the left eye right of it, which is the right eye in a mirror.
            var row = batch.Parsing.AsSpan(i * 64 * 64, 64);
            row[mirrored ? 63 - (39 - left) : 39 - left].ShouldBe((byte)1);
            row[mirrored ? 63 - (40 - left) : 40 - left].ShouldBe((byte)(mirrored ? 5 : 4));
        }
    }

    [Fact]
    public void A_face_without_landmarks_or_map_says_so()
    {
        var batch = Load(Plain with { Parsing = true }).Batch(0, 2);

        batch.Landmarks.ShouldAllBe(value => float.IsNaN(value));
        batch.Parsing.ShouldAllBe(label => label == FaceBatch.Unlabelled);
    }

    [Fact]
    public void Only_what_the_recipe_asks_for_is_taken()
    {
        using var annotated = new SyntheticFaces(train: 6, val: 2, side: 40, hr: 32, annotated: true);
        File.Delete(Path.Combine(annotated.Folder, "masks", "3.png"));
        var source = annotated.Open();

        FaceDataset.Choose(source, "train", Plain with { Only = Annotations.Parsing | Annotations.Landmarks }).ShouldBe([0, 1, 2, 4, 5]);
        FaceDataset.Choose(source, "train", Plain with { Sets = ["synthetic"] }).Count.ShouldBe(6);
        Should.Throw<RevisageException>(() => FaceDataset.Choose(source, "train", Plain with { Sets = ["celeba"] }))
            .Message.ShouldBe($"None of the 6 faces of '{annotated.Folder}', split 'train', is what the recipe asks for (data.sets: celeba). Its sets are 'synthetic'.");
    }

    [Fact]
    public void Each_person_is_in_one_half_and_the_halves_are_about_even()
    {
        string[] people = [.. Enumerable.Range(0, 1000).Select(i => $"{i}_Jane_Doe")];
        var (first, second) = (Plain with { People = PeopleShare.First }, Plain with { People = PeopleShare.Second });

        people.Count(name => first.Takes(Person(name)) != second.Takes(Person(name))).ShouldBe(people.Length);
        people.Count(name => first.Takes(Person(name))).ShouldBeInRange(420, 580);
        first.Takes(Person(null)).ShouldBeTrue();
        second.Takes(Person(null)).ShouldBeTrue();

        static FaceRecord Person(string? name) => new() { Name = "x", Set = "s", Split = "train", Width = 8, Height = 8, Hr = 8, Identity = name };
    }

    [Fact]
    public void Half_of_the_faces_are_softened()
    {
        // At 4 pixels the step from 0 to 1 in the middle is no step any more.
        var batch = Load(Plain with { Softened = new Interval { From = 4, To = 4 } }).Batch(0, 100);

        Enumerable.Range(0, 100).Count(i => batch.HighRes[(i * 3 + 1) * 32 * 32 + 15] > 0.05).ShouldBeInRange(25, 75);
    }

    [Fact]
    public void Loaders_count_up_and_stop_when_disposed()
    {
        var loader = new BatchLoader(Load(Plain), 2, first: 10);

        Enumerable.Range(0, 10).Select(_ => loader.Next(default).First).ShouldBe(Enumerable.Range(0, 10).Select(i => 10L + 2 * i));
        loader.Dispose();
    }

    private FaceDataset Load(DataOptions options, int seed = 1) => FaceDataset.Load(faces.Open(), "train", options, seed);

    private static int Face(FaceBatch batch, int i) => (int)Math.Round(10 * batch.HighRes[i * 3 * 32 * 32]);

    private static bool Mirrored(FaceBatch batch, int i) => batch.HighRes[(i * 3 + 1) * 32 * 32] > 0.5;

    // Blue is x / 40 in a picture whose face starts at 4.
    private static int Shift(FaceBatch batch, int i)
    {
        var row = batch.HighRes.AsSpan((i * 3 + 2) * 32 * 32, 32);
        return (int)Math.Round(40 * Math.Min(row[0], row[31])) - 4;
    }

    private sealed class Largest(Action<int> report) : IProgress<int>
    {
        public void Report(int value)
        {
            lock (this)
            {
                report(value);
            }
        }
    }
}
