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
    public void Protocols_are_found_by_name()
    {
        Protocol.Named("revisage-8x").ShouldBe(Protocol.Revisage8x);
        Should.Throw<RevisageException>(() => Protocol.Named("revisage-9x")).Message.ShouldContain("Choose from: revisage-8x");
    }

    private FaceImage Saved(Image picture, int? hr)
    {
        var path = Path.Combine(folder, "face.png");
        ImageFile.Save(picture, path);
        return new FaceImage(path, "made", "val", null, null, null, null, hr);
    }
}
