using System.Numerics;
using Revisage.Data.Augmentation;
using Revisage.Degradations;
using Revisage.Fixtures;
using Revisage.Imaging;

namespace Revisage.Training.Tests.Data.Augmentation;

public sealed class FaceAugmentationTests
{
    private static readonly AugmentationOptions Still = new() { Flip = 0 };

    [Fact]
    public void By_default_half_of_the_faces_are_mirrored_and_none_is_moved()
    {
        var drawn = Draws(new AugmentationOptions(), 40, 32, 400);

        drawn.Count(one => one.Mirrored).ShouldBeInRange(160, 240);
        drawn.ShouldAllBe(one => one.ToSource == Matrix3x2.CreateTranslation(4, 4));
    }

    [Fact]
    public void Shifts_are_whole_and_stay_within_the_margin()
    {
        var drawn = Draws(Still with { Shift = 9 }, 40, 32, 400);

        drawn.Select(one => one.ToSource.M31).Distinct().Order().ShouldBe(Enumerable.Range(0, 9).Select(i => (float)i));
        drawn.Select(one => one.ToSource.M32).Distinct().Order().ShouldBe(Enumerable.Range(0, 9).Select(i => (float)i));
        Draws(Still with { Shift = 9, Outside = OutsidePixels.Black }, 40, 32, 400).Select(one => one.ToSource.M31).Distinct().Count().ShouldBe(19);
    }

    [Fact]
    public void Turns_and_scales_are_about_the_middle_and_as_far_as_asked()
    {
        var drawn = Draws(Still with { Rotation = 20, Scale = new Interval { From = 0.8, To = 1.25 } }, 48, 33, 1000);

        // From the sample's middle to the picture's.
        drawn.ShouldAllBe(one => Vector2.Distance(Vector2.Transform(new Vector2(16), one.ToSource), new Vector2(23)) < 1e-4);
        var angles = drawn.Select(one => Math.Atan2(one.ToSource.M12, one.ToSource.M11) * 180 / Math.PI).ToArray();
        (angles.Min(), angles.Max()).ShouldSatisfyAllConditions(
            range => range.Item1.ShouldBe(-20, 0.2),
            range => range.Item2.ShouldBe(20, 0.2));
        angles.Average().ShouldBe(0, 1.5);
        var scales = drawn.Select(one => 1 / Math.Sqrt(one.ToSource.GetDeterminant())).ToArray();
        (scales.Min(), scales.Max()).ShouldSatisfyAllConditions(
            range => range.Item1.ShouldBe(0.8, 0.005),
            range => range.Item2.ShouldBe(1.25, 0.005));
    }

    [Fact]
    public void A_face_without_margin_is_not_turned_and_does_not_shrink()
    {
        var options = Still with { Rotation = 20, Scale = new Interval { From = 0.8, To = 1.25 }, Shift = 5 };

        var drawn = Draws(options, 32, 32, 200);

        drawn.ShouldAllBe(one => one.ToSource.M12 == 0 && one.ToSource.M11 <= 1 && one.ToSource.M31 >= 0);
        drawn.Count(one => one.ToSource.IsIdentity).ShouldBeInRange(60, 120);
        Draws(options with { Outside = OutsidePixels.Black }, 32, 32, 200).Count(one => one.ToSource.M12 != 0).ShouldBe(200);
    }

    [Fact]
    public void One_option_does_not_alter_what_another_draws()
    {
        var mirrored = Draws(new AugmentationOptions(), 40, 32, 50).Select(one => one.Mirrored);

        Draws(new AugmentationOptions { Rotation = 10, Shift = 2 }, 40, 32, 50).Select(one => one.Mirrored).ShouldBe(mirrored);
    }

    [Fact]
    public void Colours_change_only_where_that_is_asked()
    {
        var picture = DegradationFixture.Noise(1, 4, 4);
        var random = new SampleRandom(1, 1);

        new FaceAugmentation(Still).Recolour(picture, ref random).ShouldBeSameAs(picture);
        new FaceAugmentation(Still with { Jitter = new ColourJitterOptions { Brightness = 0.4 } })
            .Recolour(picture, ref random).Rgb.ShouldNotBe(picture.Rgb);
    }

    [Fact]
    public void Amounts_that_make_no_sense_are_named()
    {
        Fault(new AugmentationOptions { Flip = 1.5 }).ShouldBe("The recipe's augmentation.flip goes from 0 to 1.5, but takes numbers that rise within 0 to 1. Correct them.");
        Fault(new AugmentationOptions { Rotation = -3 }).ShouldContain("augmentation.rotation");
        Fault(new AugmentationOptions { Shift = -1 }).ShouldContain("augmentation.shift");
        Fault(new AugmentationOptions { Scale = new Interval { From = 0, To = 1 } }).ShouldContain("augmentation.scale");
        Fault(new AugmentationOptions { Jitter = new ColourJitterOptions { Hue = 1 } }).ShouldContain("Hue = 1");

        static string Fault(AugmentationOptions options) =>
            Should.Throw<RevisageException>(() => new FaceAugmentation(options)).Message;
    }

    private static FaceGeometry[] Draws(AugmentationOptions options, int picture, int side, int count)
    {
        var augmentation = new FaceAugmentation(options);
        return [.. Enumerable.Range(0, count).Select(sample =>
        {
            var random = new SampleRandom(2, sample);
            return augmentation.Draw(picture, picture, side, ref random);
        })];
    }
}
