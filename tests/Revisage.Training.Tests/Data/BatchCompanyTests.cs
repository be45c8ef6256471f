using Revisage.Data;
using Revisage.Data.Augmentation;
using Revisage.Faces;
using Revisage.Restoration;
using Revisage.Training.Runs;

namespace Revisage.Training.Tests.Data;

/// <summary>What comes with a face: a guide, a poor face of somebody else, a small face out of place, or of a larger cut.</summary>
public sealed class BatchCompanyTests : IDisposable
{
    private const int Side = 32;

    private static readonly DataOptions Plain = new() { HighRes = Side, LowRes = 4, Range = ValueRange.Unit, Augmentation = new AugmentationOptions { Flip = 0 } };

    // Pictures 0 and 1 are one person's, 2 and 3 another's; 4 is alone.
    private readonly SyntheticFaces faces = new(train: 5, val: 4, side: 40, hr: Side, annotated: true);

    public void Dispose() => faces.Dispose();

    [Theory]
    [InlineData(4096)]
    [InlineData(0)]
    public void A_guide_is_another_photograph_of_the_same_person(int memory)
    {
        var dataset = Load(Plain with { Guides = GuideChoice.SamePerson, CacheMegabytes = memory });

        dataset.Count.ShouldBe(4);
        var batch = dataset.Batch(0, 20);
        Enumerable.Range(0, 20).Select(i => (Face(batch.HighRes, i), Face(batch.Guides, i))).Distinct().Order().ShouldBe([(0, 1), (1, 0), (2, 3), (3, 2)]);
    }

    [Fact]
    public void A_stranger_is_somebody_elses_photograph()
    {
        var batch = Load(Plain with { Guides = GuideChoice.Stranger }).Batch(0, 200);

        var shown = Enumerable.Range(0, 200).Select(i => (Face: Face(batch.HighRes, i), Guide: Face(batch.Guides, i))).ToArray();
        shown.ShouldAllBe(pair => pair.Face / 2 != pair.Guide / 2);
        shown.Select(pair => pair.Guide).Distinct().Order().ShouldBe([0, 1, 2, 3, 4]);
    }

    [Fact]
    public void Guides_do_not_change_the_faces_beside_them()
    {
        var varied = Plain with { Augmentation = new AugmentationOptions { Flip = 0.5, Shift = 4 }, Guides = GuideChoice.SamePerson };

        Load(varied with { Guides = GuideChoice.Stranger }).Batch(0, 8).HighRes.ShouldBe(Load(varied).Batch(0, 8).HighRes);
    }

    [Fact]
    public void A_guide_is_mirrored_with_its_face()
    {
        var batch = Load(Plain with { Augmentation = new AugmentationOptions { Flip = 0.5 }, Guides = GuideChoice.SamePerson }).Batch(0, 40);

        // Green is 0 at a picture's left side and 1 at its right.
        bool Mirrored(float[] faces, int face) => faces[(face * 3 + 1) * Side * Side] == 1;
        var mirrored = Enumerable.Range(0, 40).Select(i => (Face: Mirrored(batch.HighRes, i), Guide: Mirrored(batch.Guides, i))).ToArray();
        mirrored.ShouldAllBe(pair => pair.Face == pair.Guide);
        mirrored.Count(pair => pair.Face).ShouldBeInRange(8, 32);
    }

    [Fact]
    public void Faces_of_nobody_have_no_guide()
    {
        using var nobody = new SyntheticFaces(train: 3, val: 1, side: 40, hr: Side);

        Should.Throw<RevisageException>(() => FaceDataset.Load(nobody.Open(), "train", Plain with { Guides = GuideChoice.SamePerson }, 1))
            .Message.ShouldBe($"The recipe wants a second photograph of each person, but of 3 faces of '{nobody.Folder}' none has one. Name a set with identities, such as one of LFW.");
    }

    [Fact]
    public void Validation_faces_are_guided_by_validation_faces()
    {
        var source = faces.Open();
        var validation = new ValidationFaces(source, Plain with { Guides = GuideChoice.SamePerson }, new ReportOptions());

        // val holds pictures 5 to 8: people val-2 (5), val-3 (6, 7), val-4 (8).
        var batch = validation.Batches(8).ShouldHaveSingleItem();
        Enumerable.Range(0, batch.Size).Select(i => (Face(batch.HighRes, i), Face(batch.Guides, i))).ShouldBe([(6, 7), (7, 6)]);
    }

    [Fact]
    public void Small_faces_are_put_out_of_place_and_large_ones_stay()
    {
        var upright = Load(Plain).Batch(0, 8);
        var options = Plain with { Unaligned = new UnalignedOptions { MaxDegrees = 90, MinScale = 0.5 } };

        var batch = Load(options).Batch(0, 8);

        batch.HighRes.ShouldBe(upright.HighRes);
        batch.Landmarks.ShouldBe(upright.Landmarks);
        batch.LowRes.ShouldNotBe(upright.LowRes);
        Load(options).Batch(0, 8).LowRes.ShouldBe(batch.LowRes);
        // Half the size leaves corners that are black.
        batch.LowRes.Count(value => value == 0).ShouldBeGreaterThan(upright.LowRes.Count(value => value == 0));
    }

    [Fact]
    public void Faces_out_of_place_may_stand_among_their_margins()
    {
        var far = new UnalignedOptions { MaxDegrees = 90, MinScale = 0.5, MaxScale = 0.5 };
        var varied = Plain with { Augmentation = new AugmentationOptions { Flip = 0.5, Shift = 4 }, Unaligned = far };

        var black = Load(varied).Batch(0, 8);
        var batch = Load(varied with { Unaligned = far with { Outside = UnalignedOutside.Margin } }).Batch(0, 8);

        batch.HighRes.ShouldBe(black.HighRes);
        // Of green, which says the side, black corners are neither.
        int Corners(FaceBatch of) => Enumerable.Range(0, 8).Count(i => Enumerable.Range(0, 3).All(c => of.LowRes[(i * 3 + c) * 16] < 0.02f));
        Corners(black).ShouldBeGreaterThan(4);
        batch.LowRes.ShouldNotBe(black.LowRes);
        // Beside a face as small as half the square there is more of its own colour than black leaves.
        batch.LowRes.Sum().ShouldBeGreaterThan(black.LowRes.Sum());
    }

    [Fact]
    public void Faces_may_be_cut_closer_than_their_set_has_them()
    {
        // Blue counts the columns: a face of 32 is columns 4 to 35 of 40, and its central half 12 to 27.
        float[] Blue(DataOptions options) => Load(options).Batch(0, 1).HighRes[(2 * Side * Side)..(2 * Side * Side + Side)];

        var (whole, close) = (Blue(Plain), Blue(Plain with { Zoom = 2 }));

        (whole[0] * 40, whole[^1] * 40).ShouldSatisfyAllConditions(ends => ends.Item1.ShouldBe(4, 0.1f), ends => ends.Item2.ShouldBe(35, 0.1f));
        (close[0] * 40, close[^1] * 40).ShouldSatisfyAllConditions(ends => ends.Item1.ShouldBe(11.75f, 0.2f), ends => ends.Item2.ShouldBe(27.25f, 0.2f));
        // The landmarks go along: point k is in column k, counted from 1.
        Load(Plain with { Zoom = 2 }).Batch(0, 1).LandmarksOf(0)[19].X.ShouldBe((20 - 12) * 2 + 0.5f, 0.01f);
    }

    [Fact]
    public void A_growing_networks_faces_are_both_made_of_the_full_one()
    {
        var full = Load(Plain with { Parsing = true }).Batch(0, 4);

        var half = Load(Plain with { Parsing = true, HighRes = 16, FullRes = Side }).Batch(0, 4);

        half.LowRes.ShouldBe(full.LowRes);
        half.HighResSide.ShouldBe(16);
        Face(half.HighRes, 1, 16).ShouldBe(Face(full.HighRes, 1));
        // Corners of pictures coincide: a point's distance from the corner halves.
        half.LandmarksOf(0)[7].X.ShouldBe((full.LandmarksOf(0)[7].X + 0.5f) / 2 - 0.5f, 1e-4f);
        Enumerable.Range(0, 16).ShouldAllBe(x => half.Parsing[x] == full.Parsing[2 * x]);
    }

    [Fact]
    public void Poor_faces_come_at_the_small_faces_size_and_in_an_order_of_their_own()
    {
        using var poor = new SyntheticFaces(train: 3, val: 1, side: 8, hr: 8);

        var batch = FaceDataset.Load(faces.Open(), "train", Plain with { LowQuality = true }, 1, lowQuality: poor.Open()).Batch(0, 6);

        batch.Poor.Length.ShouldBe(6 * 3 * 16);
        Enumerable.Range(0, 6).Select(i => Face(batch.Poor, i, 4)).Order().ShouldBe([0, 0, 1, 1, 2, 2]);
        batch.HighRes.ShouldBe(Load(Plain).Batch(0, 6).HighRes);
    }

    [Fact]
    public void A_recipe_of_poor_faces_without_any_says_how_to_get_them() =>
        Should.Throw<RevisageException>(() => Load(Plain with { LowQuality = true }))
            .Message.ShouldBe("The recipe learns from real poor faces. Prepare some with 'revisage prepare FOLDER -o SET --low-quality' and name them with --low-quality SET.");

    private FaceDataset Load(DataOptions options) => FaceDataset.Load(faces.Open(), "train", options, seed: 1);

    /// <summary>Which picture it is, by its red.</summary>
    private static int Face(float[] planes, int i, int side = Side) => (int)Math.Round(10 * planes[i * 3 * side * side]);
}
