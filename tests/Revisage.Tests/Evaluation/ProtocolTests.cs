using Revisage.Evaluation;
using Revisage.Imaging;
using Revisage.Tests.Imaging;

namespace Revisage.Tests.Evaluation;

public sealed class ProtocolTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_margin_is_left_out_and_the_face_kept_as_it_is()
    {
        var picture = Image.FromRgb24(160, 160, ImagingFixtures.Noise(1, 160, 160));

        var (lr, hr) = Protocol.Revisage8x.MakePair(Saved(picture, hr: 128));

        hr.Pixels.ShouldBe(picture.Crop(16, 16, 128, 128).Pixels);
        lr.Pixels.ShouldBe(PillowResize.Resize(hr, 16, 16, ResampleFilter.Bicubic).Pixels);
    }

    [Fact]
    public void A_larger_face_is_brought_to_128_first()
    {
        var picture = Image.FromRgb24(320, 320, ImagingFixtures.Noise(2, 320, 320));

        var (lr, hr) = Protocol.Revisage8x.MakePair(Saved(picture, hr: 256));

        hr.Pixels.ShouldBe(PillowResize.Resize(picture.Crop(32, 32, 256, 256), 128, 128, ResampleFilter.Bicubic).Pixels);
        lr.Pixels.ShouldBe(PillowResize.Resize(hr, 16, 16, ResampleFilter.Bicubic).Pixels);
    }

    [Fact]
    public void Without_an_index_the_largest_central_square_is_the_face()
    {
        var picture = Image.FromRgb24(140, 130, ImagingFixtures.Noise(3, 140, 130));

        Protocol.Revisage8x.MakePair(Saved(picture, hr: null)).Hr.Pixels
            .ShouldBe(PillowResize.Resize(picture.Crop(5, 0, 130, 130), 128, 128, ResampleFilter.Bicubic).Pixels);
    }

    [Fact]
    public void A_face_that_is_too_small_or_larger_than_its_file_is_refused()
    {
        var picture = ImagingFixtures.Plain(100, 100, 1, 2, 3);

        Should.Throw<RevisageException>(() => Protocol.Revisage8x.MakePair(Saved(picture, hr: 100))).Message
            .ShouldContain("has a face of 100 pixels, but revisage-8x compares at 128");
        Should.Throw<RevisageException>(() => Protocol.Revisage8x.MakePair(Saved(picture, hr: 128))).Message
            .ShouldContain("is 100x100, but its index gives it a face of 128 pixels");
    }

    [Fact]
    public void Progressives_small_faces_are_halved_again_and_again()
    {
        var picture = Image.FromRgb24(128, 128, ImagingFixtures.Noise(4, 128, 128));

        var (lr, hr) = Protocol.Progressive.MakePair(Saved(picture, hr: 128));

        Image Half(Image image) => PillowResize.Resize(image, image.Width / 2, image.Height / 2, ResampleFilter.Bilinear);
        hr.Pixels.ShouldBe(picture.Pixels);
        lr.Pixels.ShouldBe(Half(Half(Half(picture))).Pixels);
    }

    [Fact]
    public void Mtuns_small_faces_are_out_of_place_each_as_its_file_is_called()
    {
        var picture = Image.FromRgb24(128, 128, ImagingFixtures.Noise(5, 128, 128));

        var (lr, hr) = Protocol.Mtun.MakePair(Saved(picture, hr: 128));
        var again = Protocol.Mtun.MakePair(Saved(picture, hr: 128));
        var other = Protocol.Mtun.MakePair(Saved(picture, hr: 128, "other.png"));

        hr.Pixels.ShouldBe(picture.Pixels);
        again.Lr.Pixels.ShouldBe(lr.Pixels);
        other.Lr.Pixels.ShouldNotBe(lr.Pixels);
        Protocol.Mtun.MakeSmall(hr, Saved(picture, hr: 128)).Pixels.ShouldBe(lr.Pixels);
        lr.Pixels.ShouldNotBe(Protocol.Revisage8x.MakePair(Saved(picture, hr: 128)).Lr.Pixels);
    }

    [Fact]
    public void Small_faces_of_photographs_have_faults_each_as_its_file_is_called()
    {
        var picture = Image.FromRgb24(128, 128, ImagingFixtures.Noise(5, 128, 128));
        foreach (var protocol in new[] { Protocol.Photograph8x, Protocol.Photograph4x, Protocol.Photograph2x })
        {
            var (lr, hr) = protocol.MakePair(Saved(picture, hr: 128));

            hr.Pixels.ShouldBe(picture.Pixels);
            (lr.Width, lr.Height).ShouldBe((128 / protocol.Scale, 128 / protocol.Scale));
            protocol.MakePair(Saved(picture, hr: 128)).Lr.Pixels.ShouldBe(lr.Pixels);
            protocol.MakePair(Saved(picture, hr: 128, "other.png")).Lr.Pixels.ShouldNotBe(lr.Pixels);
            lr.Pixels.ShouldNotBe(PillowResize.Resize(hr, lr.Width, lr.Height, ResampleFilter.Bicubic).Pixels);
        }
    }

    [Fact]
    public void Faces_out_of_place_may_stand_in_what_their_files_show_around_them()
    {
        // A white face in a red margin: at one size and at twice that.
        foreach (var times in new[] { 1, 2 })
        {
            var file = ImagingFixtures.Plain(160 * times, 160 * times, 255, 0, 0);
            var (from, to) = (16 * times, 144 * times);
            for (var i = 0; i < file.Pixels.Length; i++)
            {
                var (x, y) = (i % file.Width, i / file.Width % file.Height);
                file.Pixels[i] = x >= from && x < to && y >= from && y < to ? 1 : file.Pixels[i];
            }

            var face = Saved(file, hr: 128 * times);
            var (black, hr) = Protocol.Mtun.MakePair(face);
            var (lr, same) = Protocol.MtunMargin.MakePair(face);

            same.Pixels.ShouldBe(hr.Pixels);
            Protocol.MtunMargin.MakeSmall(hr, face).Pixels.ShouldBe(lr.Pixels);
            // The placement is one: what is the face is white in both, and what is black in one is red in the other.
            black.Pixels[..256].Min().ShouldBeLessThan(0.1f);
            lr.Pixels[..256].Min().ShouldBeGreaterThan(0.99f);
            lr.Pixels[256..512].Zip(black.Pixels[256..512]).ShouldAllBe(pixel => Math.Abs(pixel.First - pixel.Second) < 0.02f);
        }
    }

    [Theory]
    [InlineData("revisage-8x", 16, 128, "bicubic", "RGB, no border cut")]
    [InlineData("revisage-2x", 64, 128, "bilinear", "RGB, no border cut")]
    [InlineData("progressive", 16, 128, "bilinear-chain", "RGB, no border cut")]
    [InlineData("gwainet", 32, 256, "matlab, with guides", "RGB, no border cut")]
    [InlineData("high-to-low", 16, 64, "bilinear", "RGB, no border cut")]
    [InlineData("wnet-4x", 32, 128, "bicubic", "luma, 4 pixels of border cut")]
    [InlineData("wnet-8x", 16, 128, "bicubic", "luma, 8 pixels of border cut")]
    [InlineData("mtun", 16, 128, "bicubic, out of place", "RGB, no border cut")]
    [InlineData("mtun-margin", 16, 128, "bicubic, out of place in their margins", "RGB, no border cut")]
    public void Each_paper_has_its_own(string name, int lr, int hr, string degradation, string compared) =>
        Protocol.Named(name).Describe().ShouldBe($"central squares, {lr} to {hr} pixels ({hr / lr}x), small faces by {degradation}, PSNR and SSIM of {compared}");

    [Fact]
    public void Protocols_are_found_by_name()
    {
        Protocol.Named("revisage-8x").ShouldBe(Protocol.Revisage8x);
        Should.Throw<RevisageException>(() => Protocol.Named("revisage-9x")).Message.ShouldContain("Choose from: revisage-8x");
    }

    private FaceImage Saved(Image picture, int? hr, string name = "face.png")
    {
        var path = Path.Combine(folder, name);
        ImageFile.Save(picture, path);
        return new FaceImage(path, "made", "val", null, null, null, null, hr);
    }
}
