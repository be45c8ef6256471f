using System.Numerics;
using Revisage.Data.Augmentation;
using Revisage.Data.GroundTruth;
using Revisage.Degradations;
using Revisage.Faces;
using Revisage.Fixtures;
using Revisage.Imaging;
using Revisage.Training.Tests.Data.GroundTruth;

namespace Revisage.Training.Tests.Data.Augmentation;

public sealed class FaceGeometryTests
{
    [Fact]
    public void A_shift_copies_pixels()
    {
        var picture = DegradationFixture.Noise(1, 9, 7);

        var moved = Shift(2, 3).Apply(picture);

        for (var y = 0; y < 4; y++)
        {
            moved.Rgb.AsSpan(3 * 4 * y, 12).ToArray().ShouldBe(picture.Rgb.AsSpan(3 * (9 * (y + 3) + 2), 12).ToArray());
        }
    }

    [Fact]
    public void A_mirror_copies_pixels_from_right_to_left()
    {
        var picture = DegradationFixture.Noise(1, 9, 7);

        var moved = (Shift(2, 3) with { Mirrored = true }).Apply(picture);

        for (var x = 0; x < 4; x++)
        {
            moved.Rgb.AsSpan(3 * x, 3).ToArray().ShouldBe(picture.Rgb.AsSpan(3 * (9 * 3 + 5 - x), 3).ToArray());
        }
    }

    [Theory]
    [InlineData(OutsidePixels.Edge)]
    [InlineData(OutsidePixels.Black)]
    public void Copied_and_interpolated_pixels_are_the_same_beyond_the_border_too(OutsidePixels outside)
    {
        var picture = DegradationFixture.Noise(1, 6, 5);
        foreach (var (left, top) in new[] { (-2, -3), (4, 3), (-9, 1), (20, 20) })
        {
            var shift = Shift(left, top) with { Outside = outside };

            // A turn too small to move anything, but one.
            var turned = shift with { ToSource = shift.ToSource with { M12 = 1e-7f } };

            turned.Apply(picture).Rgb.ShouldBe(shift.Apply(picture).Rgb);
        }
    }

    [Fact]
    public void Outside_is_the_border_or_black()
    {
        var picture = DegradationFixture.Plain(4, 4, 90);

        Shift(2, 0).Apply(picture).Rgb.ShouldAllBe(level => level == 90);
        (Shift(2, 0) with { Outside = OutsidePixels.Black }).Apply(picture).Rgb.Chunk(12).ShouldAllBe(
            row => row.SequenceEqual(new byte[] { 90, 90, 90, 90, 90, 90, 0, 0, 0, 0, 0, 0 }));
    }

    [Fact]
    public void Half_a_pixel_is_interpolated_by_the_cubic()
    {
        // An edge from 0 to 160, met at -1/16, 9/16, 9/16, -1/16 of four pixels: undershoot is cut off.
        byte[] row = [0, 0, 0, 0, 160, 160, 160, 160];
        var picture = new RgbPicture([.. Enumerable.Repeat(row.SelectMany(level => new[] { level, level, level }), 8).SelectMany(one => one)], 8, 8);

        var moved = new FaceGeometry(Matrix3x2.CreateTranslation(1.5f, 2), Mirrored: false, 4, OutsidePixels.Edge).Apply(picture);

        // Between 1 and 2, 2 and 3, 3 and 4, 4 and 5.
        moved.Rgb.Take(12).Where((_, i) => i % 3 == 0).ShouldBe<byte>([0, 0, 80, 170]);
    }

    [Fact]
    public void A_plain_picture_stays_plain_under_any_transform()
    {
        var picture = DegradationFixture.Plain(20, 20, 201);

        RandomGeometries(OutsidePixels.Edge, 20, 16).ShouldAllBe(geometry => geometry.Apply(picture).Rgb.All(level => level == 201));
    }

    [Fact]
    public void A_dot_and_a_landmark_move_to_the_same_place()
    {
        // Soft dots of five pixels across, so that their centres can be told to a fraction of one.
        Vector2[] dots = [new(30, 40), new(60.5f, 33.25f), new(50, 70)];
        var points = DrawnLandmarks.Face.Points.ToArray();
        dots.CopyTo(points.AsSpan());
        var landmarks = new Landmarks(points);

        foreach (var geometry in RandomGeometries(OutsidePixels.Black, 100, 80))
        {
            var moved = geometry.Apply(landmarks);
            for (var i = 0; i < dots.Length; i++)
            {
                var drawn = geometry.Apply(Dot(dots[i], 100));
                var expected = moved[geometry.Mirrored ? Landmarks.MirrorOf(i) : i];
                Vector2.Distance(Centre(drawn), expected).ShouldBeLessThan(0.1f, $"{geometry} {dots[i]}");
            }
        }
    }

    [Fact]
    public void A_parsing_map_moves_with_its_landmarks()
    {
        var labels = ParsingMaps.FromLandmarks(DrawnLandmarks.Face, 100, 100);
        var moved = new byte[80 * 80];

        foreach (var geometry in RandomGeometries(OutsidePixels.Black, 100, 80))
        {
            geometry.Apply(labels, 100, 100, moved);

            // Drawn where the landmarks lie now: but for pixels on edges the same, sides of the face included.
            var expected = ParsingMaps.FromLandmarks(geometry.Apply(DrawnLandmarks.Face), 80, 80);
            var wrong = moved.Zip(expected).Count(pair => pair.First != pair.Second);
            wrong.ShouldBeLessThan(80 * 80 * 6 / 100, $"{geometry}");
            foreach (var one in new[] { FaceClass.LeftEye, FaceClass.RightEye, FaceClass.LeftBrow, FaceClass.RightBrow })
            {
                var shared = moved.Zip(expected).Count(pair => pair.First == (byte)one && pair.Second == (byte)one);
                shared.ShouldBeGreaterThan(expected.Count(label => label == (byte)one) / 2, $"{one} {geometry}");
            }
        }
    }

    [Fact]
    public void Unknown_classes_are_kept()
    {
        var moved = new byte[4];

        new FaceGeometry(Matrix3x2.Identity, Mirrored: true, 2, OutsidePixels.Edge).Apply([255, (byte)FaceClass.LeftEar, 0, 1], 2, 2, moved);

        moved.ShouldBe<byte>([(byte)FaceClass.RightEar, 255, 1, 0]);
    }

    private static FaceGeometry Shift(int left, int top) => new(Matrix3x2.CreateTranslation(left, top), Mirrored: false, 4, OutsidePixels.Edge);

    private static IEnumerable<FaceGeometry> RandomGeometries(OutsidePixels outside, int picture, int side)
    {
        var augmentation = new FaceAugmentation(new AugmentationOptions
        {
            Rotation = 25,
            Scale = new Interval { From = 0.8, To = 1.1 },
            Shift = 5,
            Outside = outside,
        });
        for (var sample = 0; sample < 40; sample++)
        {
            var random = new SampleRandom(6, sample);
            yield return augmentation.Draw(picture, picture, side, ref random);
        }
    }

    private static RgbPicture Dot(Vector2 centre, int side)
    {
        var rgb = new byte[3 * side * side];
        for (var i = 0; i < rgb.Length; i++)
        {
            var distance = Vector2.DistanceSquared(centre, new Vector2(i / 3 % side, i / 3 / side));
            rgb[i] = (byte)MathF.Round(255 * MathF.Exp(-distance / 8));
        }

        return new RgbPicture(rgb, side, side);
    }

    private static Vector2 Centre(RgbPicture picture)
    {
        var (sum, weight) = (Vector2.Zero, 0f);
        for (var i = 0; i < picture.Rgb.Length; i += 3)
        {
            sum += picture.Rgb[i] * new Vector2(i / 3 % picture.Width, i / 3 / picture.Width);
            weight += picture.Rgb[i];
        }

        return sum / weight;
    }
}
