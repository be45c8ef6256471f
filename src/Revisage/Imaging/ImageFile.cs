using NetVips;
using VipsImage = NetVips.Image;

namespace Revisage.Imaging;

/// <summary>
/// Pictures in files: PNG, JPEG, WebP, TIFF, GIF, HEIC and AVIF are read, whatever their extension says; PNG, JPEG,
/// WebP and TIFF are written. What is read comes upright (EXIF), in sRGB (ICC profiles, CMYK and grey converted), at
/// 8 bits a channel, without alpha, and as the first frame or page alone.
/// </summary>
/// <remarks>
/// Transparent parts are shown over mid-grey, 128: black or white would put the strongest edge that there is around
/// a face that was cut out, and what enlarges faces rings at edges. All methods may be called by many threads.
/// </remarks>
public static class ImageFile
{
    /// <summary>Width times height that is read at most; more is refused from the header alone.</summary>
    public const long MaxPixels = 100_000_000;

    /// <summary>The extensions of the files that are written, for messages.</summary>
    public const string Writable = ".png, .jpg, .jpeg, .webp, .tif, .tiff";

    private const string Readable = "PNG, JPEG, WebP, TIFF, GIF, HEIC or AVIF";

    // Quality at which faces show no blocks; colour is not subsampled from here up.
    private const int Quality = 95;

    private const int StartLength = 32;

    private const string Profile = "icc-profile-data";

    // In place of an operation's name, for the one format that libvips does not read here.
    private const string Heic = "heic";

    /// <exception cref="RevisageException">The file is missing, empty, damaged, too large or no picture; or HEIC where this system has no libheif.</exception>
    /// <exception cref="MissingComponentException">libvips does not load here.</exception>
    public static Image Load(string path) => Load(path, out _);

    /// <param name="rest">What the file holds besides.</param>
    /// <inheritdoc cref="Load(string)"/>
    public static Image Load(string path, out PictureRest rest)
    {
        var loader = LoaderFor(path);
        (var image, rest) = loader == Heic ? DecodeHeic(File.ReadAllBytes(path), path, Image.FromRgb24)
            : Decode(loader, () => Source.NewFromFile(path), path, Image.FromRgb24);
        return image;
    }

    /// <summary>Width and height of the upright picture, from the file's header alone.</summary>
    /// <inheritdoc cref="Load(string)"/>
    public static (int Width, int Height) SizeOf(string path)
    {
        var loader = LoaderFor(path);
        if (loader == Heic)
        {
            using var heic = new HeicFile(File.ReadAllBytes(path), path);
            return (heic.Width, heic.Height);
        }

        return Run(loader, path, () =>
        {
            using var source = Source.NewFromFile(path);
            using var header = Vips.Load(loader, source);
            // Orientations from 5 on lie on their side.
            return Vips.Orientation(header) > 4 ? (header.Height, header.Width) : (header.Width, header.Height);
        });
    }

    /// <summary>Loads libvips, which otherwise the first picture waits for: some 10 ms, to be spent beside other work.</summary>
    /// <exception cref="MissingComponentException">libvips does not load here.</exception>
    public static void WarmUp() => Vips.EnsureStarted();

    /// <param name="data">A whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <inheritdoc cref="Load(string)"/>
    public static Image Decode(ReadOnlySpan<byte> data, string name) => Decode(data, name, out _);

    /// <param name="rest">What the file holds besides.</param>
    /// <inheritdoc cref="Decode(ReadOnlySpan{byte}, string)"/>
    public static Image Decode(ReadOnlySpan<byte> data, string name, out PictureRest rest)
    {
        (var image, rest) = Decode(data, name, Image.FromRgb24);
        return image;
    }

    /// <summary>The 8-bit values as the file has them: [Height, Width, 3].</summary>
    /// <inheritdoc cref="Decode(ReadOnlySpan{byte}, string)"/>
    public static (int Width, int Height, byte[] Rgb) DecodeRgb24(ReadOnlySpan<byte> data, string name) =>
        Decode(data, name, (width, height, rgb) => (width, height, rgb.ToArray())).Made;

    /// <summary>Writes the format that the extension of <paramref name="path"/> names; the file appears whole or not at all.</summary>
    /// <exception cref="RevisageException">No known extension, more pixels than the format holds, or the file cannot be written.</exception>
    /// <exception cref="MissingComponentException">libvips does not load here.</exception>
    public static void Save(Image image, string path)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteAllBytes(path, Encode(image, Path.GetExtension(path), path));
    }

    /// <summary>A lossless file of 8 bits a channel.</summary>
    /// <exception cref="MissingComponentException">libvips does not load here.</exception>
    public static byte[] EncodePng(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Encode(image, ".png", "picture.png");
    }

    /// <summary>A JPEG file; colour is at half resolution below quality 90.</summary>
    /// <param name="quality">1 to 100.</param>
    /// <exception cref="MissingComponentException">libvips does not load here.</exception>
    public static byte[] EncodeJpeg(Image image, int quality)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        return Encode(image, ".jpg", "picture.jpg", quality);
    }

    /// <summary>Whether <see cref="Save"/> writes files of this name.</summary>
    public static bool CanSave(string path) => SaverFor(Path.GetExtension(path)) is not null;

    /// <summary>Whether a file's extension is one of a format that is read; <see cref="Load(string)"/> itself goes by content.</summary>
    public static bool LooksReadable(string path) => CanSave(path)
        || Path.GetExtension(path).ToLowerInvariant() is ".jpe" or ".jfif" or ".gif" or ".heic" or ".heif" or ".avif";

    /// <summary>Whether a file begins as one of a format that is read, whatever its name says. A file that is not there, or is no regular one, is none.</summary>
    /// <remarks>Cameras' raw files begin as TIFF, but what TIFF readers find in them is a thumbnail; a packed set begins with its first picture.</remarks>
    public static bool IsPicture(string path)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is ".pack" or ".cr2" or ".nef" or ".nrw" or ".arw" or ".sr2" or ".srf" or ".dng" or ".orf" or ".pef" or ".rw2" or ".srw" or ".iiq" or ".3fr")
            return false;

        Span<byte> start = stackalloc byte[StartLength];
        try
        {
            return !IsEmptyOrIrregular(path) && FindLoader(ReadStart(path, start)) is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether a name's extension is a picture's, of a format that is written or not.</summary>
    public static bool IsNamedAsPicture(string path) => LooksReadable(path)
        || Path.GetExtension(path).ToLowerInvariant() is ".bmp" or ".dib" or ".jp2" or ".j2k" or ".jxl" or ".tga" or ".ppm" or ".pgm" or ".pbm" or ".pnm" or ".ico" or ".svg" or ".psd" or ".exr" or ".hdr" or ".pcx" or ".pdf";

    /// <summary>A whole file as libvips decodes it, not upright and in its own colours, for as long as <paramref name="read"/> looks at it.</summary>
    /// <param name="read">Given the image and the name of the operation that loads such files.</param>
    /// <inheritdoc cref="Load(string)"/>
    internal static T Read<T>(string path, Func<VipsImage, string, T> read)
    {
        var loader = LoaderFor(path);
        return loader == Heic ? ReadHeic(File.ReadAllBytes(path), path, read) : Read(loader, () => Source.NewFromFile(path), path, read);
    }

    /// <inheritdoc cref="Read{T}(string, Func{VipsImage, string, T})"/>
    internal static T Read<T>(ReadOnlySpan<byte> data, string name, Func<VipsImage, string, T> read)
    {
        var loader = LoaderFor(data, name);
        if (loader == Heic)
        {
            return ReadHeic(data, name, read);
        }

        var bytes = data.ToArray();
        return Read(loader, () => Source.NewFromMemory(bytes), name, read);
    }

    private static T Read<T>(string loader, Func<Source> open, string name, Func<VipsImage, string, T> read) => Run(loader, name, () =>
    {
        using var source = open();
        using var header = Vips.Load(loader, source);
        CheckSize(header.Width, header.Height, name);
        return read(header, loader);
    });

    private static T ReadHeic<T>(ReadOnlySpan<byte> data, string name, Func<VipsImage, string, T> read)
    {
        using var heic = new HeicFile(data, name);
        CheckSize(heic.Width, heic.Height, name);
        return Run(Heic, name, () =>
        {
            using var decoded = heic.Decode();
            return read(decoded, Heic);
        });
    }

    private static (T Made, PictureRest Beside) Decode<T>(ReadOnlySpan<byte> data, string name, PixelReader<T> read)
    {
        var loader = LoaderFor(data, name);
        if (loader == Heic)
        {
            return DecodeHeic(data, name, read);
        }

        var bytes = data.ToArray();
        return Decode(loader, () => Source.NewFromMemory(bytes), name, read);
    }

    private static (T Made, PictureRest Beside) DecodeHeic<T>(ReadOnlySpan<byte> data, string name, PixelReader<T> read) =>
        ReadHeic(data, name, (decoded, _) => ToRgb24(decoded, read));

    private static (T Made, PictureRest Beside) Decode<T>(string loader, Func<Source> open, string name, PixelReader<T> read) =>
        Read(loader, open, name, (header, _) => ToRgb24(header, read));

    private static (T Made, PictureRest Beside) ToRgb24<T>(VipsImage image, PixelReader<T> read)
    {
        var further = Math.Max(1, image.Contains("n-pages") && image.Get("n-pages") is int pages ? pages : 1) - 1;
        // Most faces are; each step below would give them back as they are, and costs more than decoding them.
        if (Vips.IsPlainRgb24(image) && Vips.Orientation(image) <= 1 && !image.Contains(Profile))
            return (Vips.ReadRgb24(image, read), new PictureRest(further, Transparency: false));

        using var upright = Vips.Orientation(image) > 1 ? Turned(image) : image.Copy();
        using var bytes = Is16Bit(upright) ? Rounded(upright) : Narrow(upright);
        if (!bytes.HasAlpha())
            return (ReadColours(bytes, read), new PictureRest(further, Transparency: false));

        // Looked at twice, which what is decoded top to bottom cannot be.
        using var decoded = bytes.CopyMemory();
        using var alpha = decoded.ExtractBand(decoded.Bands - 1);
        using var opaque = decoded.Flatten(background: [128, 128, 128]);
        return (ReadColours(opaque, read), new PictureRest(further, Transparency: alpha.Min() < byte.MaxValue));
    }

    private static T ReadColours<T>(VipsImage bytes, PixelReader<T> read)
    {
        using var rgb = bytes.ExtractBand(0, n: 3);
        return Vips.ReadRgb24(rgb, read);
    }

    private static bool Is16Bit(VipsImage image) =>
        image.Format == Enums.BandFormat.Ushort && image.Interpretation is Enums.Interpretation.Rgb16 or Enums.Interpretation.Grey16;

    private static VipsImage Narrow(VipsImage image)
    {
        using var coloured = ToSrgb(image, Enums.Interpretation.Srgb);
        return coloured.Cast(Enums.BandFormat.Uchar);
    }

    // libvips would drop the lower eight bits, half a level too dark on average.
    private static VipsImage Rounded(VipsImage image)
    {
        using var coloured = ToSrgb(image, Enums.Interpretation.Rgb16);
        using var levels = coloured / 257.0;
        using var whole = levels.Rint();
        using var bytes = whole.Cast(Enums.BandFormat.Uchar);
        return bytes.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    private static void CheckSize(int width, int height, string name)
    {
        if ((long)width * height > MaxPixels)
        {
            throw new RevisageException(
                $"'{name}' is {width}x{height}, more than the {MaxPixels / 1_000_000} megapixels that are read. Make it smaller or crop it first.");
        }
    }

    private static T Run<T>(string loader, string name, Func<T> read)
    {
        try
        {
            return Vips.Run(read);
        }
        catch (VipsException e)
        {
            if (loader != Heic && NetVips.NetVips.TypeFind("VipsOperation", loader) == 0)
                throw new RevisageException($"'{name}' has a format that the libvips found here was built without. Convert it to PNG or JPEG.", e);

            throw new RevisageException($"'{name}' cannot be decoded{Because(e.Message)}: it is damaged, incomplete or too large. Copy or export it again.", e);
        }
    }

    internal static VipsImage Turned(VipsImage image)
    {
        // Turning reads out of order what is decoded top to bottom.
        using var decoded = image.CopyMemory();
        return decoded.Autorot();
    }

    /// <param name="width">sRGB of 8 bits a value, or of 16.</param>
    private static VipsImage ToSrgb(VipsImage image, Enums.Interpretation width)
    {
        if (image.Contains(Profile))
        {
            try
            {
                return image.IccTransform("srgb", embedded: true, depth: width == Enums.Interpretation.Rgb16 ? 16 : 8);
            }
            catch (VipsException)
            {
                // A damaged profile, or one for another kind of pixels: viewers go on without it, and so do we.
            }
        }

        return image.Colourspace(width);
    }

    private static byte[] Encode(Image image, string extension, string name, int quality = Quality)
    {
        var save = SaverFor(extension)
            ?? throw new RevisageException($"'{name}' cannot be written: the extension '{extension}' is none of {Writable}. Choose one of these.");
        var rgb = image.ToRgb24();
        try
        {
            return Vips.Run(() =>
            {
                using var pixels = VipsImage.NewFromMemory<byte>(rgb, image.Width, image.Height, 3, Enums.BandFormat.Uchar);
                using var srgb = pixels.Copy(interpretation: Enums.Interpretation.Srgb);
                return save(srgb, quality);
            });
        }
        catch (VipsException e)
        {
            throw new RevisageException($"'{name}' ({image.Width}x{image.Height}) cannot be written as {extension}{Because(e.Message)}. Choose PNG.", e);
        }
    }

    private static string LoaderFor(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Span<byte> start = stackalloc byte[StartLength];
        try
        {
            if (IsEmptyOrIrregular(path))
                throw new RevisageException($"'{path}' is empty (0 bytes). Copy or export it again.");
            start = ReadStart(path, start);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RevisageException($"'{path}' does not exist. Check the name.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException(
                Directory.Exists(path) ? $"'{path}' is a folder, not a picture. Name a file in it." : $"'{path}' cannot be opened: {e.Message} Check its permissions.", e);
        }

        return LoaderFor(start, path);
    }

    // Pipes and devices have no length; opening a pipe would wait for whoever writes to it.
    private static bool IsEmptyOrIrregular(string path)
    {
        var file = new FileInfo(path);
        var target = file.LinkTarget is null ? file : (FileInfo)file.ResolveLinkTarget(returnFinalTarget: true)!;
        return target is { Exists: true, Length: 0 };
    }

    private static Span<byte> ReadStart(string path, Span<byte> start)
    {
        using var file = File.OpenHandle(path);
        return start[..RandomAccess.Read(file, start, 0)];
    }

    private static string LoaderFor(ReadOnlySpan<byte> start, string name)
    {
        if (start.IsEmpty)
            throw new RevisageException($"'{name}' is empty (0 bytes). Copy or export it again.");
        return FindLoader(start)
            ?? throw new RevisageException($"'{name}' is no picture that is read here: it is not {Readable}. Convert it to one of these.");
    }

    // Only readers named here are ever asked, so none that libvips itself calls untrusted.
    private static string? FindLoader(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']))
            return "pngload_source";
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return "jpegload_source";
        if (start.StartsWith("RIFF"u8) && start[Math.Min(8, start.Length)..].StartsWith("WEBP"u8))
            return "webpload_source";
        if (start.StartsWith("II*\0"u8) || start.StartsWith("MM\0*"u8) || start.StartsWith("II+\0"u8) || start.StartsWith("MM\0+"u8))
            return "tiffload_source";
        if (start.StartsWith("GIF8"u8))
            return "gifload_source";
        if (start.Length >= 12 && start[4..].StartsWith("ftyp"u8) && IsHeif(start.Slice(8, 4)))
            return IsAvif(start) ? "heifload_source" : Heic;
        return null;
    }

    // Nothing is kept: libvips would make up EXIF that says nothing (and in WebP does so up to 8.14 at least).
    private static Func<VipsImage, int, byte[]>? SaverFor(string extension) => extension.ToLowerInvariant() switch
    {
        ".png" => (image, _) => image.PngsaveBuffer(keep: Enums.ForeignKeep.None, filter: Enums.ForeignPngFilter.Paeth),
        ".jpg" or ".jpeg" => (image, quality) => image.JpegsaveBuffer(keep: Enums.ForeignKeep.None, q: quality),
        ".webp" => (image, quality) => image.WebpsaveBuffer(keep: Enums.ForeignKeep.None, q: quality),
        ".tif" or ".tiff" => (image, _) => image.TiffsaveBuffer(keep: Enums.ForeignKeep.None, compression: Enums.ForeignTiffCompression.Deflate),
        _ => null,
    };

    // Other brands of the same container are films.
    private static bool IsHeif(ReadOnlySpan<byte> brand) =>
        brand.StartsWith("avi"u8) || brand.StartsWith("hei"u8) || brand.StartsWith("hev"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8);

    // The brand of a whole collection (mif1) tells it only among those that the file is compatible with.
    private static bool IsAvif(ReadOnlySpan<byte> start)
    {
        for (var at = 8; at + 4 <= start.Length; at += 4)
        {
            if (start[at..].StartsWith("avif"u8) || start[at..].StartsWith("avis"u8))
                return true;
        }

        return false;
    }

    // NetVips' own first line names the operation. libvips reports a cause and below it what followed from it, a line each; libpng often gives none. Seeking past
    // the end is how readers of containers look for the next part.
    internal static string Because(string report)
    {
        var reason = report.Split('\n', StringSplitOptions.TrimEntries).Skip(1)
            .FirstOrDefault(line => line.Length > 0 && !line.StartsWith("source: ", StringComparison.Ordinal));
        return reason is null ? "" : $" ({reason.TrimEnd('.')})";
    }
}
