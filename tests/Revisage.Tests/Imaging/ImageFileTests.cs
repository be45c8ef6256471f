using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Revisage.Imaging;

namespace Revisage.Tests.Imaging;

/// <remarks>Alone, since some of it watches the clock and the memory of the process.</remarks>
[CollectionDefinition(nameof(ImageFileTests), DisableParallelization = true)]
[Collection(nameof(ImageFileTests))]
public sealed class ImageFileTests : IDisposable
{
    private static readonly (int, int, int) Red = (255, 0, 0);
    private static readonly (int, int, int) Green = (0, 255, 0);
    private static readonly (int, int, int) Blue = (0, 0, 255);
    private static readonly (int, int, int) White = (255, 255, 255);

    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("rgb.png", 0)]
    [InlineData("rgb.webp", 0)]
    [InlineData("rgb.tiff", 0)]
    [InlineData("rgb.gif", 0)]
    [InlineData("palette.png", 0)]
    [InlineData("broken-profile.png", 0)]
    [InlineData("rgb.jpg", 3)]
    [InlineData("progressive.jpg", 3)]
    [InlineData("rgb.avif", 3)]
    public void Every_format_gives_the_same_four_quarters(string name, int tolerance)
    {
        var image = ImageFile.Load(ImagingFixtures.PathOf(name));

        (image.Width, image.Height).ShouldBe((16, 16));
        ShouldBeNear(image, 3, 3, Red, tolerance);
        ShouldBeNear(image, 12, 3, Green, tolerance);
        ShouldBeNear(image, 3, 12, Blue, tolerance);
        ShouldBeNear(image, 12, 12, White, tolerance);
    }

    [HeicFact]
    public void HEIC_is_read_through_the_systems_libheif()
    {
        var path = ImagingFixtures.PathOf("rgb.heic");
        var image = ImageFile.Load(path);

        (image.Width, image.Height).ShouldBe((16, 16));
        ImageFile.SizeOf(path).ShouldBe((16, 16));
        // HEVC halves the resolution of colour, and the encoder's matrix is not quite ours.
        ShouldBeNear(image, 3, 3, Red, 6);
        ShouldBeNear(image, 12, 3, Green, 6);
        ShouldBeNear(image, 3, 12, Blue, 6);
        ShouldBeNear(image, 12, 12, White, 6);
    }

    [HeicFact]
    public void Damaged_HEIC_is_refused_in_one_line_that_names_the_file()
    {
        var whole = File.ReadAllBytes(ImagingFixtures.PathOf("rgb.heic"));
        for (var length = 12; length < whole.Length; length += 40)
        {
            var refusal = Should.Throw<RevisageException>(() => ImageFile.Decode(whole.AsSpan(0, length), "cut.heic")).Message;
            refusal.ShouldStartWith("'cut.heic' ");
            refusal.ShouldNotContain('\n');
        }
    }

    [Theory]
    [InlineData("rgb.jpg")]
    [InlineData("rgb.png")]
    [InlineData("palette.png")]
    [InlineData("swapped-profile.png")]
    [InlineData("exif6.jpg")]
    public void Bytes_are_those_of_the_image(string name)
    {
        var file = File.ReadAllBytes(ImagingFixtures.PathOf(name));
        var image = ImageFile.Decode(file, name);

        var (width, height, rgb) = ImageFile.DecodeRgb24(file, name);

        (width, height).ShouldBe((image.Width, image.Height));
        rgb.ShouldBe(image.ToRgb24());
    }

    [Theory]
    [InlineData("cmyk.jpg")]
    [InlineData("cmyk.tiff")]
    public void Ink_becomes_light(string name)
    {
        var image = ImageFile.Load(ImagingFixtures.PathOf(name));

        // Ink cannot show pure colours, so each quarter is judged by its strongest channel alone.
        ImagingFixtures.At(image, 3, 3).ShouldSatisfyAllConditions(p => p.Red.ShouldBeGreaterThan(200), p => p.Blue.ShouldBeLessThan(80));
        ImagingFixtures.At(image, 12, 3).ShouldSatisfyAllConditions(p => p.Green.ShouldBeGreaterThan(140), p => p.Red.ShouldBeLessThan(80));
        ImagingFixtures.At(image, 3, 12).ShouldSatisfyAllConditions(p => p.Blue.ShouldBeGreaterThan(100), p => p.Red.ShouldBeLessThan(80));
        ShouldBeNear(image, 12, 12, White, 3);
    }

    [Fact]
    public void A_colour_profile_is_applied()
    {
        // The file's profile has the red and green primaries exchanged.
        var image = ImageFile.Load(ImagingFixtures.PathOf("swapped-profile.png"));

        ShouldBeNear(image, 3, 3, Green, 3);
        ShouldBeNear(image, 12, 3, Red, 3);
        ShouldBeNear(image, 3, 12, Blue, 3);
    }

    [Theory]
    // Where the red half of a red and green picture lies after each of EXIF's eight turns.
    [InlineData(1, 16, 8, 3, 3)]
    [InlineData(2, 16, 8, 12, 3)]
    [InlineData(3, 16, 8, 12, 3)]
    [InlineData(4, 16, 8, 3, 3)]
    [InlineData(5, 8, 16, 3, 3)]
    [InlineData(6, 8, 16, 3, 3)]
    [InlineData(7, 8, 16, 3, 12)]
    [InlineData(8, 8, 16, 3, 12)]
    public void Turned_photographs_stand_upright(int orientation, int width, int height, int redX, int redY)
    {
        var image = ImageFile.Load(ImagingFixtures.PathOf($"exif{orientation}.jpg"));

        (image.Width, image.Height).ShouldBe((width, height));
        ShouldBeNear(image, redX, redY, Red, 3);
        ShouldBeNear(image, width - 1 - redX, height - 1 - redY, Green, 3);
    }

    [Fact]
    public void Grey_fills_all_three_channels()
    {
        // ITU-R 601 luma of pure red is 76.
        ShouldBeNear(ImageFile.Load(ImagingFixtures.PathOf("grey.jpg")), 3, 3, (76, 76, 76), 1);
        ShouldBeNear(ImageFile.Load(ImagingFixtures.PathOf("bilevel.png")), 12, 12, White, 0);
        ShouldBeNear(ImageFile.Decode(TinyPng.Write(2, 1, 8, TinyPng.Grey, [10, 200]), "grey.png"), 1, 0, (200, 200, 200), 0);
    }

    [Fact]
    public void Sixteen_bits_become_eight()
    {
        var image = ImageFile.Load(ImagingFixtures.PathOf("grey16.png"));

        for (var i = 0; i < 256; i++)
            ShouldBeNear(image, i % 16, i / 16, (i, i, i), 1);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Transparent_parts_are_shown_over_mid_grey(byte bits)
    {
        byte[] Sample(byte value) => bits == 8 ? [value] : [value, value];
        byte[] Pixel(params byte[] samples) => [.. samples.SelectMany(Sample)];
        byte[] row = [.. Pixel(200, 100, 0, 255), .. Pixel(200, 100, 0, 0), .. Pixel(255, 0, 255, 128)];

        var image = ImageFile.Decode(TinyPng.Write(3, 1, bits, TinyPng.Rgba, row), "alpha.png");

        ShouldBeNear(image, 0, 0, (200, 100, 0), 1);
        ShouldBeNear(image, 1, 0, (128, 128, 128), 1);
        ShouldBeNear(image, 2, 0, (192, 64, 192), 1);
    }

    [Fact]
    public void Grey_with_alpha_is_shown_over_mid_grey_too()
    {
        var image = ImageFile.Decode(TinyPng.Write(2, 1, 8, TinyPng.GreyAlpha, [30, 255, 30, 0]), "alpha.png");

        ShouldBeNear(image, 0, 0, (30, 30, 30), 0);
        ShouldBeNear(image, 1, 0, (128, 128, 128), 0);
    }

    [Theory]
    [InlineData(".png")]
    [InlineData(".tiff")]
    [InlineData(".tif")]
    [InlineData(".PNG")]
    public void What_is_saved_without_loss_comes_back(string extension)
    {
        var rgb = ImagingFixtures.Noise(5, 31, 17);
        var path = Path.Combine(folder, "made", "noise" + extension);

        ImageFile.Save(Image.FromRgb24(31, 17, rgb), path);

        ImageFile.Load(path).ToRgb24().ShouldBe(rgb);
    }

    [Theory]
    [InlineData(".jpg", 0xFF)]
    [InlineData(".jpeg", 0xFF)]
    [InlineData(".webp", (byte)'R')]
    [InlineData(".png", 0x89)]
    [InlineData(".tiff", (byte)'I')]
    public void The_extension_chooses_the_format(string extension, byte firstByte)
    {
        var path = Path.Combine(folder, "quarters" + extension);

        ImageFile.Save(ImageFile.Load(ImagingFixtures.PathOf("rgb.png")), path);

        File.ReadAllBytes(path)[0].ShouldBe(firstByte);
        ShouldBeNear(ImageFile.Load(path), 3, 12, Blue, 6);
        Directory.GetFiles(folder).ShouldBe([path]);
    }

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg")]
    public void Nothing_is_written_but_the_picture(string extension)
    {
        var path = Path.Combine(folder, "plain" + extension);

        ImageFile.Save(ImagingFixtures.Plain(4, 4, 1, 2, 3), path);

        var bytes = File.ReadAllBytes(path).AsSpan();
        bytes.IndexOf("Exif"u8).ShouldBe(-1);
        bytes.IndexOf("eXIf"u8).ShouldBe(-1);
        bytes.IndexOf("ICC"u8).ShouldBe(-1);
    }

    [Fact]
    public void A_single_pixel_goes_there_and_back()
    {
        var image = ImageFile.Decode(ImageFile.EncodePng(ImagingFixtures.Plain(1, 1, 12, 34, 56)), "dot.png");

        (image.Width, image.Height, ImagingFixtures.At(image, 0, 0)).ShouldBe((1, 1, (12, 34, 56)));
    }

    [Fact]
    public void A_JPEG_named_png_is_read_for_what_it_is()
    {
        var path = Path.Combine(folder, "photo.png");
        File.Copy(ImagingFixtures.PathOf("rgb.jpg"), path);

        ShouldBeNear(ImageFile.Load(path), 3, 3, Red, 3);
    }

    [Fact]
    public void Text_named_png_is_refused_with_what_can_be_read()
    {
        var path = Path.Combine(folder, "notes.png");
        File.WriteAllText(path, "dear diary");

        RefusalOf(path).ShouldBe($"'{path}' is no picture that is read here: it is not PNG, JPEG, WebP, TIFF, GIF, HEIC or AVIF. Convert it to one of these.");
    }

    [Fact]
    public void Formats_with_readers_that_libvips_does_not_trust_are_refused()
    {
        foreach (var start in new[] { "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>", "%PDF-1.4", "P6 1 1 255 abc", "BM\0\0\0\0", "\0\0\0\u0018ftypisom" })
            Should.Throw<RevisageException>(() => ImageFile.Decode(Encoding.UTF8.GetBytes(start), "x")).Message.ShouldContain("no picture that is read here");
    }

    [Fact]
    public void An_empty_file_is_refused()
    {
        var path = Path.Combine(folder, "empty.jpg");
        File.WriteAllBytes(path, []);

        RefusalOf(path).ShouldBe($"'{path}' is empty (0 bytes). Copy or export it again.");
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_named()
    {
        RefusalOf(Path.Combine(folder, "none.png")).ShouldEndWith("none.png' does not exist. Check the name.");
        RefusalOf(folder).ShouldBe($"'{folder}' is a folder, not a picture. Name a file in it.");
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("webp")]
    [InlineData("tiff")]
    public void Every_truncation_is_refused_in_one_line_that_names_the_file(string extension)
    {
        var path = Path.Combine(folder, "whole." + extension);
        ImageFile.Save(Image.FromRgb24(64, 48, ImagingFixtures.Noise(2, 64, 48)), path);
        var whole = File.ReadAllBytes(path);

        foreach (var share in new[] { 0.01, 0.1, 0.5, 0.9 })
        {
            var cut = Path.Combine(folder, "cut." + extension);
            File.WriteAllBytes(cut, whole[..(int)Math.Max(4, share * whole.Length)]);
            var refusal = RefusalOf(cut);
            refusal.ShouldStartWith($"'{cut}' ");
            refusal.ShouldNotContain('\n');
        }
    }

    [Fact]
    public void Damaged_bytes_never_crash()
    {
        foreach (var name in new[] { "rgb.png", "rgb.jpg", "rgb.webp", "rgb.tiff", "rgb.gif", "rgb.avif", "palette.png", "cmyk.tiff" })
        {
            var whole = File.ReadAllBytes(ImagingFixtures.PathOf(name));
            var random = new Random(7);
            for (var round = 0; round < 60; round++)
            {
                var damaged = (byte[])whole.Clone();
                for (var i = 0; i < 3; i++)
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);

                // Some damage is harmless; all else is one line.
                try
                {
                    ImageFile.Decode(damaged, name).Width.ShouldBeGreaterThan(0);
                }
                catch (RevisageException e)
                {
                    e.Message.ShouldStartWith($"'{name}' ");
                    e.Message.ShouldNotContain('\n');
                }
            }
        }
    }

    [Theory]
    [InlineData("png", 40000)]
    [InlineData("jpg", 40000)]
    [InlineData("tiff", 40000)]
    // The most that libheif itself lets through to the check, and that a WebP can claim.
    [InlineData("avif", 16000)]
    [InlineData("webp", 16383)]
    public void A_picture_of_too_many_pixels_is_refused_from_its_header(string format, int side)
    {
        var bytes = Claiming(format, side);
        ImageFile.Load(ImagingFixtures.PathOf("rgb.avif"));
        ImageFile.Load(ImagingFixtures.PathOf("rgb.png"));
        var memory = Process.GetCurrentProcess().PeakWorkingSet64;
        var clock = Stopwatch.StartNew();

        var error = Should.Throw<RevisageException>(() => ImageFile.Decode(bytes, "huge." + format));

        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(0.2));
        (Process.GetCurrentProcess().PeakWorkingSet64 - memory).ShouldBeLessThan(20 << 20);
        error.Message.ShouldBe($"'huge.{format}' is {side}x{side}, more than the 100 megapixels that are read. Make it smaller or crop it first.");
    }

    [Fact]
    public void An_unknown_extension_is_refused_and_nothing_is_written()
    {
        var error = Should.Throw<RevisageException>(() => ImageFile.Save(ImagingFixtures.Plain(2, 2, 0, 0, 0), Path.Combine(folder, "x.bmp")));

        error.Message.ShouldContain("the extension '.bmp' is none of .png, .jpg, .jpeg, .webp, .tif, .tiff");
        Directory.GetFileSystemEntries(folder).ShouldBeEmpty();
        ImageFile.CanSave("x.bmp").ShouldBeFalse();
        ImageFile.CanSave("x.JPG").ShouldBeTrue();
    }

    [Fact]
    public void A_picture_too_wide_for_its_format_is_refused_and_nothing_is_written()
    {
        // WebP holds 16,383 pixels a side.
        var error = Should.Throw<RevisageException>(() => ImageFile.Save(ImagingFixtures.Plain(17_000, 1, 0, 0, 0), Path.Combine(folder, "wide.webp")));

        error.Message.ShouldContain("wide.webp' (17000x1) cannot be written as .webp");
        Directory.GetFileSystemEntries(folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_threads_read_and_each_failure_keeps_its_own_reason()
    {
        var png = ImageFile.EncodePng(Image.FromRgb24(64, 64, ImagingFixtures.Noise(9, 64, 64)));
        var rgb = ImagingFixtures.Noise(9, 64, 64);
        var cutPng = png[..(png.Length / 2)];
        var jpeg = File.ReadAllBytes(ImagingFixtures.PathOf("rgb.jpg"));
        var cutJpeg = jpeg[..40];

        await Parallel.ForAsync(0, 200, (i, _) =>
        {
            if (i % 4 == 0)
                Should.Throw<RevisageException>(() => ImageFile.Decode(cutPng, "cut.png")).Message.ShouldContain("png", Case.Insensitive);
            else if (i % 4 == 1)
                Should.Throw<RevisageException>(() => ImageFile.Decode(cutJpeg, "cut.jpg")).Message.ShouldContain("jpeg", Case.Insensitive);
            else
                ImageFile.Decode(png, "whole.png").ToRgb24().ShouldBe(rgb);
            return ValueTask.CompletedTask;
        });
    }

    private static byte[] Claiming(string format, int side)
    {
        if (format == "png")
            return TinyPng.Write(side, side, 8, TinyPng.Grey, new byte[side]);

        var bytes = File.ReadAllBytes(ImagingFixtures.PathOf(format == "tiff" ? "cmyk.tiff" : "rgb." + format));
        switch (format)
        {
            case "jpg":
                // Start of frame: marker, length, precision, height, width.
                var frame = bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 5;
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(frame), (ushort)side);
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(frame + 2), (ushort)side);
                break;
            case "tiff":
                // The directory's entries are tag, type, count, value; 256 is the width and 257 the height.
                var directory = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4));
                for (var entry = directory + 2; BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(entry)) is var tag && tag <= 257; entry += 12)
                {
                    if (tag is 256 or 257)
                        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(entry + 8), side);
                }

                break;
            case "webp":
                // After the lossless chunk's signature: 14 bits of width less one, 14 of height less one.
                var size = bytes.AsSpan(bytes.AsSpan().IndexOf("VP8L"u8) + 9);
                BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)(side - 1) | (uint)(side - 1) << 14);
                break;
            default:
                // The box of the spatial extents: name, version and flags, width, height.
                var extents = bytes.AsSpan().IndexOf("ispe"u8) + 8;
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(extents), side);
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(extents + 4), side);
                break;
        }

        return bytes;
    }

    private static string RefusalOf(string path) => Should.Throw<RevisageException>(() => ImageFile.Load(path)).Message;

    private static void ShouldBeNear(Image image, int x, int y, (int Red, int Green, int Blue) expected, int tolerance)
    {
        var (red, green, blue) = ImagingFixtures.At(image, x, y);
        var distance = Math.Max(Math.Abs(red - expected.Red), Math.Max(Math.Abs(green - expected.Green), Math.Abs(blue - expected.Blue)));
        distance.ShouldBeLessThanOrEqualTo(tolerance, $"({x}, {y}) is ({red}, {green}, {blue}) and not {expected}");
    }
}

/// <summary>A fact about HEIC: skipped where the system has no libheif.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class HeicFactAttribute : FactAttribute
{
    public HeicFactAttribute()
    {
        if (!HeicFile.IsSupported)
            Skip = "This system has no libheif that decodes HEVC: sudo apt-get install libheif1";
    }
}
