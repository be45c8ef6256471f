using NetVips;
using Revisage.Photographs;
using Revisage.Tests.Imaging;
using VipsImage = NetVips.Image;

namespace Revisage.Tests.Photographs;

public sealed class PhotoFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-photo-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(".png", 3, false, 1)]
    [InlineData(".png", 3, true, 1)]
    [InlineData(".png", 3, true, 2)]
    [InlineData(".png", 1, false, 1)]
    [InlineData(".png", 1, true, 2)]
    [InlineData(".tif", 3, false, 2)]
    [InlineData(".tif", 1, false, 1)]
    public void A_lossless_file_gives_every_sample_back(string ending, int colours, bool alpha, int bytes)
    {
        var photo = PhotoEnhancerTests.PhotoWithFaces(new PhotoLayout(colours, alpha, bytes), new PixelBox(8, 8, 20, 20));

        PhotoFile.Save(photo, In("a" + ending));
        var read = PhotoFile.Load(In("a" + ending));

        (read.Width, read.Height, read.Layout).ShouldBe((photo.Width, photo.Height, photo.Layout));
        read.Samples.Span.SequenceEqual(photo.Samples.Span).ShouldBeTrue();
    }

    [Theory]
    [InlineData(".jpg", PhotoFormat.Jpeg)]
    [InlineData(".webp", PhotoFormat.WebP)]
    [InlineData(".avif", PhotoFormat.Avif)]
    public void A_lossy_file_is_near(string ending, PhotoFormat format)
    {
        var photo = PhotoFile.Load(ImagingFixtures.PathOf("rgb.png"));

        PhotoFile.Save(photo, In("a" + ending));
        var read = PhotoFile.Load(In("a" + ending));

        read.Metadata.Format.ShouldBe(format);
        var corner = read.Region(new PixelBox(2, 2, 1, 1)).Pixels;
        (corner[0] > 0.9f, corner[1] < 0.1f, corner[2] < 0.1f).ShouldBe((true, true, true));
    }

    [Theory]
    [InlineData("exif6.jpg")]
    [InlineData("exif3.jpg")]
    [InlineData("exif8.jpg")]
    public void A_photograph_that_lies_on_its_side_is_set_upright_once(string name)
    {
        var photo = PhotoFile.Load(ImagingFixtures.PathOf(name));
        PhotoFile.Save(photo, In("upright.jpg"));

        using var written = VipsImage.NewFromFile(In("upright.jpg"));
        (written.Width, written.Height).ShouldBe((photo.Width, photo.Height));
        (written.Contains("orientation") ? written.Get("orientation") : 1).ShouldBe(1);
        var again = PhotoFile.Load(In("upright.jpg"));
        Near(again.Region(new PixelBox(1, 1, 1, 1)).Pixels, photo.Region(new PixelBox(1, 1, 1, 1)).Pixels, 0.05f);
    }

    [Fact]
    public void What_the_camera_wrote_stays_unless_it_is_to_be_stripped()
    {
        WriteJpegOfCamera(In("camera.jpg"));
        var photo = PhotoFile.Load(In("camera.jpg"));

        PhotoFile.Save(photo, In("kept.jpg"));
        PhotoFile.Save(photo, In("stripped.jpg"), strip: true);

        using var kept = VipsImage.NewFromFile(In("kept.jpg"));
        ((string)kept.Get("exif-ifd0-Model")).ShouldContain("Kodachrome");
        using var stripped = VipsImage.NewFromFile(In("stripped.jpg"));
        stripped.Contains("exif-ifd0-Model").ShouldBeFalse();
        stripped.Contains("icc-profile-data").ShouldBeTrue();
        ((byte[])kept.Get("icc-profile-data")).ShouldBe(photo.Metadata.Profile);
    }

    [Fact]
    public void A_wide_colour_space_is_changed_only_where_a_face_changes()
    {
        WriteJpegOfCamera(In("wide.jpg"));
        var photo = PhotoFile.Load(In("wide.jpg"));
        photo.Metadata.Profile.ShouldNotBeNull();
        var before = photo.Samples.ToArray();
        var box = new PixelBox(4, 4, 8, 8);
        var region = photo.Region(box);

        photo.Change(box, region, region);
        photo.Samples.Span.SequenceEqual(before).ShouldBeTrue();

        var lighter = new Revisage.Imaging.Image(8, 8, [.. region.Pixels.Select(value => Math.Min(1, value + 0.1f))]);
        photo.Change(box, region, lighter);
        Near(photo.Region(box).Pixels, lighter.Pixels, 0.02f);
    }

    [Fact]
    public void CMYK_becomes_RGB()
    {
        var photo = PhotoFile.Load(ImagingFixtures.PathOf("cmyk.jpg"));

        photo.Layout.ShouldBe(new PhotoLayout(3, false, 1));
        photo.Metadata.Profile.ShouldBeNull();
    }

    [Fact]
    public void A_damaged_profile_is_left_out() => PhotoFile.Load(ImagingFixtures.PathOf("broken-profile.png")).Metadata.Profile.ShouldBeNull();

    [Fact]
    public void A_name_of_no_format_is_refused() =>
        Should.Throw<RevisageException>(() => PhotoFile.Save(PhotoFile.Load(ImagingFixtures.PathOf("rgb.png")), In("a.bmp"))).Message
            .ShouldBe($"'{In("a.bmp")}' cannot be written: its ending is none of {PhotoFile.Writable}. Choose one of these.");

    // With libvips' own Display P3 profile, and a camera's name.
    private static void WriteJpegOfCamera(string path)
    {
        using var plain = VipsImage.NewFromFile(ImagingFixtures.PathOf("rgb.png"));
        using var wide = plain.IccTransform("p3", inputProfile: "srgb");
        using var named = wide.Mutate(image => image.Set(GValue.GStrType, "exif-ifd0-Model", "Kodachrome (Kodachrome, ASCII, 11 components, 11 bytes)"));
        named.Jpegsave(path, keep: Enums.ForeignKeep.All, q: 98);
    }

    private static void Near(float[] one, float[] other, float most) => one.Zip(other).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) <= most);

    private string In(string name) => Path.Combine(folder, name);
}
