using System.Numerics;
using Revisage.Data.Crops;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Training.Tests.Data.GroundTruth;

namespace Revisage.Training.Tests.Data.Crops;

public class FaceCropTests
{
    // The drawn face's landmarks reach from 10 to 90 across and from 30 to 90 down: 80 at most, around (50, 60).
    private static readonly Landmarks Face = DrawnLandmarks.Face;

    [Fact]
    public void The_aligned_crop_is_a_raised_square_with_an_eighth_of_margin()
    {
        var plan = new AlignedCrop().Plan(200, 200, null, Face).ShouldNotBeNull();

        (plan.Width, plan.Height, plan.Hr).ShouldBe((160, 160, 128));
        // 1.45 x 80 around (50, 60 - 0.1 x 80), half a pixel on since landmarks count from a pixel's centre.
        Close(plan.Face, new FaceBox(50.5 - 58, 52.5 - 58, 116, 116));
        Close(plan.Region, new FaceBox(50.5 - 72.5, 52.5 - 72.5, 145, 145));
        plan.NativeSide.ShouldBe(116, 1e-9);
    }

    [Fact]
    public void The_aligned_crop_of_256_falls_back_to_128_where_the_photograph_has_fewer()
    {
        var crop = new AlignedCrop { Size = 256 };

        crop.Plan(200, 200, null, Face)!.Hr.ShouldBe(128);
        var large = crop.Plan(600, 600, null, Face.Transformed(Matrix3x2.CreateScale(3)))!;
        (large.Width, large.Hr).ShouldBe((320, 256));
    }

    [Fact]
    public void The_centre_of_the_landmarks_box_keeps_its_place_in_the_aligned_crop()
    {
        var plan = new AlignedCrop().Plan(200, 200, null, Face)!;

        var (min, max) = Face.Transformed(plan.Transform).Bounds();

        // In the middle across; 0.1 of the extent (128 / 1.45) below it down.
        ((min.X + max.X) / 2).ShouldBe(79.5f, 1e-3f);
        ((min.Y + max.Y) / 2).ShouldBe(79.5f + 12.8f / 1.45f, 1e-3f);
        (max.X - min.X).ShouldBe(128 / 1.45f, 1e-3f);
    }

    [Fact]
    public void The_OpenFace_crop_is_centred_and_has_no_margin()
    {
        var plan = new OpenFaceCrop().Plan(200, 200, null, Face)!;

        Close(plan.Region, new FaceBox(50.5 - 58, 60.5 - 58, 116, 116));
        (plan.Width, plan.Height, plan.Hr).ShouldBe((128, 128, 128));
    }

    [Fact]
    public void The_box_crop_widens_a_box_to_a_square_around_its_centre()
    {
        var plan = new BoxCrop { Factor = 1.5 }.Plan(200, 200, new FaceBox(20, 30, 40, 60), null)!;

        Close(plan.Region, new FaceBox(40 - 45, 60 - 45, 90, 90));
    }

    [Fact]
    public void CelebA_is_cut_as_its_papers_cut_it()
    {
        var celeba = new CelebACrop().Plan(178, 218, null, null)!;
        Close(celeba.Region, new FaceBox(0, 20, 178, 178));
        (celeba.Width, celeba.Hr, new CelebACrop().Filter).ShouldBe((128, 128, ResampleFilter.Bilinear));

        var gwainet = new GwaInetCrop().Plan(178, 218, null, null)!;
        Close(gwainet.Region, new FaceBox(17, 25, 144, 168));
        (gwainet.Width, gwainet.Height, gwainet.Hr).ShouldBe((144, 168, 144));
        gwainet.NativeSide.ShouldBe(144);
    }

    [Fact]
    public void CelebAs_crops_have_no_plan_for_pictures_of_another_size()
    {
        new CelebACrop().Plan(250, 250, null, null).ShouldBeNull();
        new GwaInetCrop().Plan(218, 178, null, null).ShouldBeNull();
    }

    [Fact]
    public void A_region_of_whole_pixels_at_its_own_size_is_copied()
    {
        var photograph = Ramp(20, 16);

        var cut = new CropPlan(new FaceBox(3, 5, 8, 8), 8, 8, 8).Cut(photograph, ResampleFilter.Bicubic);

        cut.Rgb.ShouldBe(photograph.Part(3, 5, 8, 8).Rgb);
    }

    [Fact]
    public void Landmarks_move_with_the_pixels_they_are_on()
    {
        // The ramp's red is 10 x column: a moved landmark's column can be read off.
        var plan = new CropPlan(new FaceBox(2.5, 1.25, 12, 12), 24, 24, 24);
        var cut = plan.Cut(Ramp(20, 16), ResampleFilter.Bilinear);

        var moved = Vector2.Transform(new Vector2(8, 6), plan.Transform);

        // 2 x (8 + 0.5 - 2.5) - 0.5, between two pixels.
        moved.ShouldBe(new Vector2(11.5f, 10));
        ((cut.Rgb[3 * (10 * 24 + 11)] + cut.Rgb[3 * (10 * 24 + 12)]) / 2.0).ShouldBe(80, 1);
    }

    [Fact]
    public void What_lies_beyond_the_photograph_repeats_its_edge()
    {
        var cut = new CropPlan(new FaceBox(-4, -4, 8, 8), 8, 8, 8).Cut(Ramp(20, 16), ResampleFilter.Bicubic);

        // Columns -4 to -1 show column 0, whose red is 0; then 0, 10, 20, 30.
        Enumerable.Range(0, 8).Select(x => (int)cut.Rgb[3 * x]).ShouldBe([0, 0, 0, 0, 0, 10, 20, 30]);
    }

    [Fact]
    public void A_crop_far_outside_is_all_edge_and_no_error()
    {
        var cut = new CropPlan(new FaceBox(500, -300, 40, 40), 4, 4, 4).Cut(Ramp(20, 16), ResampleFilter.Bicubic);

        cut.Rgb.Where((_, i) => i % 3 == 0).ShouldAllBe(red => red == 190);
    }

    [Fact]
    public void Shares_outside_and_overlaps_are_of_areas()
    {
        new FaceBox(-5, 0, 10, 10).ShareOutside(100, 100).ShouldBe(0.5);
        new FaceBox(-5, -5, 10, 10).ShareOutside(100, 100).ShouldBe(0.75);
        new FaceBox(0, 0, 10, 10).Overlap(new FaceBox(5, 0, 10, 10)).ShouldBe(50 / 150.0, 1e-12);
        new FaceBox(10, 20, 30, 40).Scaled(2).ShouldBe(new FaceBox(-5, 0, 60, 80));
        new FaceBox(-3.5, 2.5, 10, 10).Within(5, 100).ShouldBe(new FaceBox(0, 2, 5, 11));
        new FaceBox(200, 0, 10, 10).Within(100, 100).ShouldBeNull();
    }

    private static void Close(FaceBox box, FaceBox expected)
    {
        box.Left.ShouldBe(expected.Left, 1e-5);
        box.Top.ShouldBe(expected.Top, 1e-5);
        box.Width.ShouldBe(expected.Width, 1e-5);
        box.Height.ShouldBe(expected.Height, 1e-5);
    }

    /// <summary>Red is 10 x column, green 10 x row.</summary>
    private static RgbPicture Ramp(int width, int height)
    {
        var rgb = new byte[3 * width * height];
        for (var i = 0; i < width * height; i++)
        {
            (rgb[3 * i], rgb[3 * i + 1]) = ((byte)(10 * (i % width)), (byte)(10 * (i / width)));
        }

        return new RgbPicture(rgb, width, height);
    }
}
