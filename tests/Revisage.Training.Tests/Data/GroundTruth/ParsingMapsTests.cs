using Revisage.Data.GroundTruth;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Tests;

namespace Revisage.Training.Tests.Data.GroundTruth;

public sealed class ParsingMapsTests
{
    [Fact]
    public void Only_skin_is_1_in_the_binary_map()
    {
        byte[] labels = [.. Enumerable.Range(0, ParsingMaps.Classes).Select(i => (byte)i), 255];
        var skin = new float[labels.Length];

        ParsingMaps.Skin(labels, skin);

        skin.ShouldBe([0f, 1f, .. Enumerable.Repeat(0f, 18)]);
    }

    [Theory]
    [InlineData(FaceRegion.Eyes, FaceClass.LeftEye, FaceClass.RightEye)]
    [InlineData(FaceRegion.Brows, FaceClass.LeftBrow, FaceClass.RightBrow)]
    [InlineData(FaceRegion.Nose, FaceClass.Nose)]
    [InlineData(FaceRegion.Mouth, FaceClass.Mouth, FaceClass.UpperLip, FaceClass.LowerLip)]
    public void A_regions_mask_shows_its_classes(FaceRegion region, params FaceClass[] classes)
    {
        // 37 is no class, though 37 - 32 is one.
        byte[] labels = [.. Enumerable.Range(0, ParsingMaps.Classes).Select(i => (byte)i), 37, 255];
        var mask = new float[labels.Length];

        ParsingMaps.Mask(labels, region, mask);

        mask.Select((value, i) => (value, i)).Where(pair => pair.value == 1).Select(pair => (FaceClass)pair.i).ShouldBe(classes, ignoreOrder: true);
        mask.Count(value => value == 0).ShouldBe(labels.Length - classes.Length);
    }

    [Fact]
    public void The_small_map_is_grey_at_the_edges_of_the_skin()
    {
        // Skin in the left half and one column more: a small pixel is eight wide.
        var labels = new byte[128 * 128];
        for (var y = 0; y < 128; y++)
        {
            labels.AsSpan(y * 128, 68).Fill((byte)FaceClass.Skin);
        }

        var small = new float[16 * 16];
        ParsingMaps.SmallSkin(labels, 128, 128, 16, small);

        small[5].ShouldBe(1);
        small[8].ShouldBe(0.5f, 0.01f);
        small[11].ShouldBe(0);
        small[15 * 16 + 8].ShouldBe(small[8]);
    }

    [Fact]
    public void Every_class_is_its_mirrors_mirror_and_sides_change()
    {
        Enum.GetValues<FaceClass>().ShouldAllBe(one => ParsingMaps.MirrorOf(ParsingMaps.MirrorOf(one)) == one);
        Enum.GetValues<FaceClass>().Where(one => ParsingMaps.MirrorOf(one) != one).ShouldAllBe(
            one => one.ToString().Replace("Left", "Right") == ParsingMaps.MirrorOf(one).ToString()
                || one.ToString().Replace("Right", "Left") == ParsingMaps.MirrorOf(one).ToString());
        Enum.GetValues<FaceClass>().Count(one => ParsingMaps.MirrorOf(one) != one).ShouldBe(6);
    }

    [Fact]
    public void BiSeNets_order_has_every_class_once() => ParsingMaps.BiSeNetOrder.ToArray().Order().ShouldBe(Enum.GetValues<FaceClass>());

    [Theory]
    [InlineData(30, 40, FaceClass.RightEye)]        // on the left of the picture
    [InlineData(70, 40, FaceClass.LeftEye)]
    [InlineData(30, 31, FaceClass.RightBrow)]
    [InlineData(70, 31, FaceClass.LeftBrow)]
    [InlineData(50, 58, FaceClass.Nose)]
    [InlineData(50, 73, FaceClass.UpperLip)]
    [InlineData(50, 79, FaceClass.LowerLip)]
    [InlineData(25, 60, FaceClass.Skin)]            // a cheek
    [InlineData(50, 86, FaceClass.Skin)]            // the chin
    [InlineData(50, 12, FaceClass.Skin)]            // the forehead
    [InlineData(50, 96, FaceClass.Background)]
    [InlineData(4, 40, FaceClass.Background)]
    [InlineData(50, 2, FaceClass.Background)]
    public void Landmarks_draw_a_face(int x, int y, FaceClass expected) =>
        ((FaceClass)ParsingMaps.FromLandmarks(DrawnLandmarks.Face, 100, 100)[y * 100 + x]).ShouldBe(expected);

    [Fact]
    public void An_open_mouth_shows_its_inside()
    {
        var points = DrawnLandmarks.Face.Points.ToArray();
        for (var i = 65; i < 68; i++)
        {
            points[i].Y += 4;
        }

        var labels = ParsingMaps.FromLandmarks(new Landmarks(points), 100, 100);

        ((FaceClass)labels[77 * 100 + 50]).ShouldBe(FaceClass.Mouth);
        labels.Count(label => label == (byte)FaceClass.Mouth).ShouldBeGreaterThan(40);
    }

    [Fact]
    public void Hidden_parts_are_not_drawn_and_the_rest_is()
    {
        var labels = ParsingMaps.FromLandmarks(DrawnLandmarks.Without(Landmarks.Eyes), 100, 100);

        labels.ShouldNotContain((byte)FaceClass.LeftEye);
        labels.ShouldContain((byte)FaceClass.Nose);
        ParsingMaps.FromLandmarks(DrawnLandmarks.Without(..), 100, 100).ShouldAllBe(label => label == 0);
    }

    [FacesFact]
    public void Maps_of_real_landmarks_agree_with_what_people_labelled()
    {
        var folder = Path.Combine(FacesFactAttribute.Folder, "aligned");
        var lines = File.ReadLines(Path.Combine(folder, "landmarks.csv")).Where(line => line.StartsWith("celebamask/", StringComparison.Ordinal));
        var (shared, either) = (0L, 0L);
        foreach (var line in lines.Where((_, i) => i % 20 == 0))
        {
            var cells = line.Split(',');
            var mask = Path.Combine(folder, "celebamask", "masks", Path.GetFileName(Path.ChangeExtension(cells[0], ".png")));
            if (!File.Exists(mask))
            {
                continue;
            }

            var numbers = cells[1..].Select(cell => float.Parse(cell, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            var drawn = ParsingMaps.FromLandmarks(new Landmarks([.. numbers.Chunk(2).Select(pair => new System.Numerics.Vector2(pair[0], pair[1]))]), 320, 320);
            var labels = ImageFile.Load(mask).ToRgb24();
            for (var i = 0; i < drawn.Length; i++)
            {
                var (a, b) = (InFace(drawn[i]), InFace(labels[3 * i]));
                shared += a && b ? 1 : 0;
                either += a || b ? 1 : 0;
            }
        }

        ((double)shared / either).ShouldBeGreaterThan(0.82);

        static bool InFace(byte label) => (FaceClass)label is not FaceClass.Background and < FaceClass.LeftEar or FaceClass.Mouth or FaceClass.UpperLip or FaceClass.LowerLip;
    }
}
