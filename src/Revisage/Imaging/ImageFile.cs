using System.Globalization;

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
    private const string Quality = "95";

    private const int StartLength = 32;

    private const string Profile = "icc-profile-data";

    /// <exception cref="RevisageException">The file is missing, empty, damaged, too large or no picture.</exception>
    /// <exception cref="MissingComponentException">libvips is not installed.</exception>
    public static Image Load(string path)
    {
        var loader = LoaderFor(path);
        return Decode(loader, vips => vips.SourceOf(path), path, Image.FromRgb24);
    }

    /// <summary>Width and height of the upright picture, from the file's header alone.</summary>
    /// <inheritdoc cref="Load"/>
    public static (int Width, int Height) SizeOf(string path)
    {
        var loader = LoaderFor(path);
        return Run(loader, path, vips =>
        {
            using var source = vips.SourceOf(path);
            using var header = vips.Load(loader, source, ("access", "sequential"), ("fail-on", "error"));
            var (width, height) = (vips.Width(header), vips.Height(header));
            // Orientations from 5 on lie on their side.
            return vips.Orientation(header) > 4 ? (height, width) : (width, height);
        });
    }

    /// <param name="data">A whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <inheritdoc cref="Load"/>
    public static Image Decode(ReadOnlySpan<byte> data, string name) => Decode(data, name, Image.FromRgb24);

    /// <summary>The 8-bit values as the file has them: [Height, Width, 3].</summary>
    /// <inheritdoc cref="Decode(ReadOnlySpan{byte}, string)"/>
    public static (int Width, int Height, byte[] Rgb) DecodeRgb24(ReadOnlySpan<byte> data, string name) =>
        Decode(data, name, (width, height, rgb) => (width, height, rgb.ToArray()));

    /// <summary>Writes the format that the extension of <paramref name="path"/> names; the file appears whole or not at all.</summary>
    /// <exception cref="RevisageException">No known extension, more pixels than the format holds, or the file cannot be written.</exception>
    /// <exception cref="MissingComponentException">libvips is not installed.</exception>
    public static void Save(Image image, string path)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteAllBytes(path, Encode(image, Path.GetExtension(path), path));
    }

    /// <summary>A lossless file of 8 bits a channel.</summary>
    /// <exception cref="MissingComponentException">libvips is not installed.</exception>
    public static byte[] EncodePng(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Encode(image, ".png", "picture.png");
    }

    /// <summary>A JPEG file; colour is at half resolution below quality 90.</summary>
    /// <param name="quality">1 to 100.</param>
    /// <exception cref="MissingComponentException">libvips is not installed.</exception>
    public static byte[] EncodeJpeg(Image image, int quality)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        return Encode(image, ".jpg", "picture.jpg", quality);
    }

    /// <summary>Whether <see cref="Save"/> writes files of this name.</summary>
    public static bool CanSave(string path) => SaverFor(Path.GetExtension(path)) is not null;

    /// <summary>Whether a file's extension is one of a format that is read; <see cref="Load"/> itself goes by content.</summary>
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

    private static unsafe T Decode<T>(ReadOnlySpan<byte> data, string name, PixelReader<T> read)
    {
        var loader = LoaderFor(data, name);
        fixed (byte* pinned = data)
        {
            var (address, length) = ((nint)pinned, data.Length);
            return Decode(loader, vips => vips.SourceOf(address, length), name, read);
        }
    }

    private static T Decode<T>(string loader, Func<Vips, VipsObject> open, string name, PixelReader<T> read) => Run(loader, name, vips =>
    {
        using var source = open(vips);
        using var header = vips.Load(loader, source, ("access", "sequential"), ("fail-on", "error"));
        var (width, height) = (vips.Width(header), vips.Height(header));
        if ((long)width * height > MaxPixels)
        {
            throw new RevisageException(
                $"'{name}' is {width}x{height}, more than the {MaxPixels / 1_000_000} megapixels that are read. Make it smaller or crop it first.");
        }

        // Most faces are; each step below would give them back as they are, and costs more than decoding them.
        if (vips.IsPlainRgb24(header) && vips.Orientation(header) <= 1 && !vips.HasField(header, Profile))
            return vips.ReadRgb24(header, read);

        using var upright = vips.Orientation(header) > 1 ? Turned(vips, header) : vips.Apply("copy", header);
        using var coloured = ToSrgb(vips, upright);
        using var bytes = vips.Apply("cast", coloured, ("format", "uchar"));
        using var opaque = vips.HasAlpha(bytes)
            ? vips.Apply("flatten", bytes, ("background", "128 128 128"))
            : vips.Apply("copy", bytes);
        using var rgb = vips.Apply("extract_band", opaque, ("band", "0"), ("n", "3"));
        return vips.ReadRgb24(rgb, read);
    });

    private static T Run<T>(string loader, string name, Func<Vips, T> read)
    {
        var vips = Vips.Library;
        if (!vips.Has(loader))
            throw new RevisageException($"'{name}' has a format that the libvips found here was built without. Convert it to PNG or JPEG.");

        try
        {
            return vips.Run(() => read(vips));
        }
        catch (VipsException e)
        {
            throw new RevisageException($"'{name}' cannot be decoded{Because(e.Message)}: it is damaged, incomplete or too large. Copy or export it again.", e);
        }
    }

    private static VipsObject Turned(Vips vips, VipsObject image)
    {
        using var decoded = vips.InMemory(image);
        return vips.Apply("autorot", decoded);
    }

    private static VipsObject ToSrgb(Vips vips, VipsObject image)
    {
        if (vips.HasField(image, Profile))
        {
            try
            {
                return vips.Apply("icc_transform", image, ("output-profile", "srgb"), ("embedded", "true"));
            }
            catch (VipsException)
            {
                // A damaged profile, or one for another kind of pixels: viewers go on without it, and so do we.
                vips.ForgetErrors();
            }
        }

        return vips.Apply("colourspace", image, ("space", "srgb"));
    }

    private static unsafe byte[] Encode(Image image, string extension, string name, int? quality = null)
    {
        var (operation, options) = SaverFor(extension, quality?.ToString(CultureInfo.InvariantCulture) ?? Quality)
            ?? throw new RevisageException($"'{name}' cannot be written: the extension '{extension}' is none of {Writable}. Choose one of these.");
        var vips = Vips.Library;
        try
        {
            fixed (byte* pinned = image.ToRgb24())
            {
                var rgb = (nint)pinned;
                return vips.Run(() =>
                {
                    using var pixels = vips.ImageOf(rgb, image.Width, image.Height);
                    using var srgb = vips.Apply("copy", pixels, ("interpretation", "srgb"));
                    return vips.Save(operation, srgb, options);
                });
            }
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
            return "heifload_source";
        return null;
    }

    // strip: libvips would make up EXIF that says nothing (and in WebP does so up to 8.14 at least).
    private static (string Operation, (string Name, string Value)[] Options)? SaverFor(string extension, string quality = Quality) => extension.ToLowerInvariant() switch
    {
        ".png" => ("pngsave_buffer", [("strip", "true"), ("filter", "paeth")]),
        ".jpg" or ".jpeg" => ("jpegsave_buffer", [("strip", "true"), ("Q", quality)]),
        ".webp" => ("webpsave_buffer", [("strip", "true"), ("Q", quality)]),
        ".tif" or ".tiff" => ("tiffsave_buffer", [("strip", "true"), ("compression", "deflate")]),
        _ => null,
    };

    // Other brands of the same container are films.
    private static bool IsHeif(ReadOnlySpan<byte> brand) =>
        brand.StartsWith("avi"u8) || brand.StartsWith("hei"u8) || brand.StartsWith("hev"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8);

    // libvips reports a cause and below it what followed from it, a line each; libpng often gives none. Seeking past
    // the end is how readers of containers look for the next part.
    private static string Because(string report)
    {
        var reason = report.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .FirstOrDefault(line => !line.StartsWith("source: ", StringComparison.Ordinal));
        return reason is null ? "" : $" ({reason.TrimEnd('.')})";
    }
}
