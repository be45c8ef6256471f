using NetVips;
using Revisage.Imaging;
using VipsImage = NetVips.Image;

namespace Revisage.Photographs;

/// <summary>
/// Whole photographs in files. Read are the formats that <see cref="ImageFile"/> reads, upright; written are JPEG, PNG, WebP, TIFF and AVIF. EXIF,
/// XMP, IPTC, the colour profile, alpha, 16 bits and grey go from one to the other, as far as the format has them; CMYK becomes sRGB.
/// </summary>
public static class PhotoFile
{
    /// <summary>The endings of the files that are written, for messages.</summary>
    public const string Writable = ".jpg, .jpeg, .png, .webp, .tif, .tiff, .avif";

    // Quality at which faces show no blocks; colour is not subsampled from here up.
    private const int Quality = 95;
    private const int AvifQuality = 80;

    // What is only true of the file that was read: its size, its orientation, its thumbnail.
    private static readonly HashSet<string> Stale = ["orientation", "jpeg-thumbnail-data", "icc-profile-data", "exif-ifd0-Orientation", "n-pages", "page-height", "vips-loader", "vips-sequential",
        "width", "height", "bands", "format", "coding", "interpretation", "xoffset", "yoffset", "filename", "mode", "palette", "bits-per-sample", "jpeg-multiscan", "jpeg-chroma-subsample",
        "palette-bit-depth", "background", "interlaced", "heif-primary", "heif-compression", "heif-bitdepth", "n-subifds", "subifd-height", "history", "delay", "gif-delay", "loop", "gif-loop", "gif-palette", "gif-colour"];

    /// <exception cref="RevisageException">The file is missing, empty, damaged, too large or no picture.</exception>
    /// <exception cref="MissingComponentException">libvips does not load here.</exception>
    public static Photo Load(string path) => ImageFile.Read(path, Keep);

    /// <param name="data">A whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <inheritdoc cref="Load"/>
    public static Photo Decode(ReadOnlySpan<byte> data, string name) => ImageFile.Read(data, name, Keep);

    /// <summary>Writes the format that the ending names; the file appears whole or not at all.</summary>
    /// <param name="strip">Leaves out all that the file says besides its pixels but the colour profile.</param>
    /// <exception cref="RevisageException">No known ending, more pixels than the format holds, or the file cannot be written.</exception>
    public static void Save(Photo photo, string path, bool strip = false) => AtomicFile.WriteAllBytes(path, Encode(photo, FormatOf(path), strip, path));

    /// <param name="name">What errors call it.</param>
    /// <inheritdoc cref="Save"/>
    public static byte[] Encode(Photo photo, PhotoFormat format, bool strip = false, string name = "picture")
    {
        ArgumentNullException.ThrowIfNull(photo);
        var keep = strip ? Enums.ForeignKeep.Icc : Enums.ForeignKeep.All;
        try
        {
            return Vips.Run(() =>
            {
                using var samples = PhotoColours.Wrap(photo);
                using var bits = format is PhotoFormat.Png or PhotoFormat.Tiff || photo.Layout.BytesPerSample == 1 ? samples.Copy() : ToEightBits(samples, photo.Layout);
                using var described = strip ? bits.Copy() : bits.Mutate(image => Describe(image, photo.Metadata));
                return format switch
                {
                    PhotoFormat.Jpeg => Flat(described).JpegsaveBuffer(keep: keep, q: Quality),
                    PhotoFormat.Png => described.PngsaveBuffer(keep: keep, filter: Enums.ForeignPngFilter.Paeth),
                    PhotoFormat.WebP => described.WebpsaveBuffer(keep: keep, q: Quality),
                    PhotoFormat.Tiff => described.TiffsaveBuffer(keep: keep, compression: Enums.ForeignTiffCompression.Deflate),
                    _ => described.HeifsaveBuffer(keep: keep, q: AvifQuality, compression: Enums.ForeignHeifCompression.Av1, effort: 3),
                };
            });
        }
        catch (VipsException e)
        {
            throw new RevisageException($"'{name}' ({photo.Width}x{photo.Height}) cannot be written as {format.ToString().ToUpperInvariant()}{ImageFile.Because(e.Message)}. Choose PNG.", e);
        }
    }

    /// <summary>Whether <see cref="Save"/> writes files of this name.</summary>
    public static bool CanSave(string path) => ByEnding(path) is not null;

    /// <summary>The format that a file's ending names.</summary>
    /// <exception cref="RevisageException">It names none that is written.</exception>
    public static PhotoFormat FormatOf(string path) => ByEnding(path)
        ?? throw new RevisageException($"'{path}' cannot be written: its ending is none of {Writable}. Choose one of these.");

    /// <summary>The usual ending of a format's files, with its dot.</summary>
    public static string EndingOf(PhotoFormat format) => format switch
    {
        PhotoFormat.Jpeg => ".jpg",
        PhotoFormat.Png => ".png",
        PhotoFormat.WebP => ".webp",
        PhotoFormat.Tiff => ".tif",
        _ => ".avif",
    };

    private static PhotoFormat? ByEnding(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".jpg" or ".jpeg" => PhotoFormat.Jpeg,
        ".png" => PhotoFormat.Png,
        ".webp" => PhotoFormat.WebP,
        ".tif" or ".tiff" => PhotoFormat.Tiff,
        ".avif" => PhotoFormat.Avif,
        _ => null,
    };

    private static Photo Keep(VipsImage header, string loader)
    {
        var format = loader switch
        {
            "jpegload_source" => PhotoFormat.Jpeg,
            "webpload_source" => PhotoFormat.WebP,
            "tiffload_source" => PhotoFormat.Tiff,
            "heifload_source" => PhotoFormat.Avif,
            "pngload_source" or "gifload_source" => PhotoFormat.Png,
            // HEIC is read and not written; phones themselves hand it on as JPEG.
            _ => PhotoFormat.Jpeg,
        };
        var fields = header.GetFields().Where(field => !Stale.Contains(field) && !field.StartsWith("exif-ifd1", StringComparison.Ordinal))
            .Select(field => new MetadataField(field, header.GetTypeOf(field), header.Get(field))).Where(field => field.Value is string or int or double or byte[] or int[] or double[]).ToArray();
        using var upright = Vips.Orientation(header) > 1 ? ImageFile.Turned(header) : header.Copy();
        using var plain = Plain(upright, out var profile);
        var layout = new PhotoLayout(plain.Bands > 2 ? 3 : 1, plain.HasAlpha(), plain.Format == Enums.BandFormat.Ushort ? 2 : 1);
        using var bands = plain.Bands == layout.Bands ? plain.Copy() : plain.ExtractBand(0, n: layout.Bands);
        return new Photo(PhotoColours.Read(bands), bands.Width, bands.Height, layout, new PhotoMetadata(format, profile, fields));
    }

    /// <summary>Grey or RGB of 8 or 16 bits, with or without alpha.</summary>
    private static VipsImage Plain(VipsImage image, out byte[]? profile)
    {
        profile = PhotoColours.ProfileOf(image);
        switch (image.Interpretation, image.Format)
        {
            case (Enums.Interpretation.Bw or Enums.Interpretation.Srgb, Enums.BandFormat.Uchar):
            case (Enums.Interpretation.Grey16 or Enums.Interpretation.Rgb16, Enums.BandFormat.Ushort):
                return image.Copy();
            case (Enums.Interpretation.Cmyk, _):
                profile = null;
                using (var transformed = image.IccTransform("srgb", embedded: true, depth: 8, inputProfile: "cmyk"))
                {
                    return transformed.Cast(Enums.BandFormat.Uchar);
                }

            default:
                profile = null;
                var wide = image.Format is not Enums.BandFormat.Uchar;
                using (var coloured = image.Colourspace(wide ? Enums.Interpretation.Rgb16 : Enums.Interpretation.Srgb))
                {
                    return coloured.Cast(wide ? Enums.BandFormat.Ushort : Enums.BandFormat.Uchar);
                }
        }
    }

    private static void Describe(MutableImage image, PhotoMetadata metadata)
    {
        foreach (var (name, type, value) in metadata.Fields)
        {
            image.Set(type, name, value);
        }

        image.Set(GValue.GIntType, "orientation", 1);
    }

    // JPEG has no alpha; over mid-grey, as ImageFile shows what is transparent.
    private static VipsImage Flat(VipsImage image) => image.HasAlpha() ? image.Flatten(background: [128]) : image.Copy();

    private static VipsImage ToEightBits(VipsImage image, PhotoLayout layout)
    {
        using var levels = image / 257.0;
        using var whole = levels.Rint();
        using var bytes = whole.Cast(Enums.BandFormat.Uchar);
        return bytes.Copy(interpretation: layout.Colours == 1 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
    }
}
