using System.Runtime.InteropServices;
using NetVips;
using Revisage.Imaging;
using Image = Revisage.Imaging.Image;
using VipsImage = NetVips.Image;

namespace Revisage.Photographs;

/// <summary>Between a photograph's own samples and sRGB, by libvips and its colour management.</summary>
internal static class PhotoColours
{
    private const string ProfileField = "icc-profile-data";

    public static Image Overview(Photo photo, int longestSide)
    {
        var shrink = Math.Min(1, (double)longestSide / Math.Max(photo.Width, photo.Height));
        var (width, height) = (Math.Max(1, (int)Math.Round(shrink * photo.Width)), Math.Max(1, (int)Math.Round(shrink * photo.Height)));
        return Vips.Run(() =>
        {
            using var whole = Wrap(photo);
            using var small = shrink < 1 ? whole.Resize((double)width / photo.Width, Enums.Kernel.Cubic, vscale: (double)height / photo.Height) : whole.Copy();
            using var plain = WithoutAlpha(small, photo.Layout);
            using var srgb = ToSrgb(plain, 8);
            return Vips.ReadRgb24(srgb, Image.FromRgb24);
        });
    }

    public static Image Region(Photo photo, PixelBox box)
    {
        var (layout, plane) = (photo.Layout, box.Width * box.Height);
        var pixels = new float[3 * plane];
        if (IsPlain(layout, photo.Metadata))
        {
            for (var y = 0; y < box.Height; y++)
            {
                var row = photo.Buffer.AsSpan(((box.Top + y) * photo.Width + box.Left) * layout.Bands, box.Width * layout.Bands);
                for (var x = 0; x < box.Width; x++)
                {
                    for (var colour = 0; colour < 3; colour++)
                    {
                        pixels[colour * plane + y * box.Width + x] = row[x * layout.Bands + colour] / 255f;
                    }
                }
            }

            return new Image(box.Width, box.Height, pixels);
        }

        Vips.Run(() =>
        {
            using var whole = Wrap(photo);
            using var part = whole.ExtractArea(box.Left, box.Top, box.Width, box.Height);
            using var plain = WithoutAlpha(part, layout);
            using var srgb = ToSrgb(plain, 16);
            var values = MemoryMarshal.Cast<byte, ushort>(Read(srgb));
            for (var i = 0; i < plane; i++)
            {
                for (var colour = 0; colour < 3; colour++)
                {
                    pixels[colour * plane + i] = values[3 * i + colour] / (float)ushort.MaxValue;
                }
            }

            return true;
        });
        return new Image(box.Width, box.Height, pixels);
    }

    /// <returns>[Colours, H, W], in the layout's levels, unrounded where no profile comes between.</returns>
    public static float[] Native(Image srgb, PhotoLayout layout, PhotoMetadata metadata)
    {
        var plane = srgb.Width * srgb.Height;
        if (layout.Colours == 3 && metadata.Profile is null)
        {
            return Array.ConvertAll(srgb.Pixels, value => value * layout.Full);
        }

        var values = new ushort[3 * plane];
        for (var i = 0; i < plane; i++)
        {
            for (var colour = 0; colour < 3; colour++)
            {
                values[3 * i + colour] = (ushort)(Math.Clamp(srgb.Pixels[colour * plane + i], 0, 1) * ushort.MaxValue + 0.5f);
            }
        }

        return Vips.Run(() =>
        {
            using var wide = VipsImage.NewFromMemory<ushort>(values, srgb.Width, srgb.Height, 3, Enums.BandFormat.Ushort);
            using var coloured = wide.Copy(interpretation: Enums.Interpretation.Rgb16);
            using var native = metadata.Profile is { } profile ? ByProfile(coloured, profile, layout) : coloured.Colourspace(Enums.Interpretation.Grey16);
            using var exact = native.Cast(Enums.BandFormat.Ushort);
            var samples = MemoryMarshal.Cast<byte, ushort>(Read(exact));
            var planar = new float[layout.Colours * plane];
            for (var i = 0; i < plane; i++)
            {
                for (var colour = 0; colour < layout.Colours; colour++)
                {
                    planar[colour * plane + i] = samples[i * exact.Bands + colour] * (layout.Full / ushort.MaxValue);
                }
            }

            return planar;
        });
    }

    /// <summary>A picture's own colour profile; null where it has none, or one that is damaged or of other pixels: viewers go on without it, and so do we.</summary>
    public static byte[]? ProfileOf(VipsImage image)
    {
        if (!image.Contains(ProfileField) || image.Get(ProfileField) is not byte[] profile)
        {
            return null;
        }

        try
        {
            using var black = VipsImage.Black(1, 1, bands: image.Bands > 2 ? 3 : 1);
            using var coloured = black.Copy(interpretation: image.Bands > 2 ? Enums.Interpretation.Srgb : Enums.Interpretation.Bw);
            using var tried = coloured.Mutate(one => one.Set(GValue.BlobType, ProfileField, profile));
            using var srgb = tried.IccTransform("srgb", embedded: true, depth: 8, intent: Enums.Intent.Relative);
            srgb.Avg();
            return profile;
        }
        catch (VipsException)
        {
            return null;
        }
    }

    /// <summary>The photograph for libvips, with its profile; its samples are not copied.</summary>
    public static VipsImage Wrap(Photo photo)
    {
        var layout = photo.Layout;
        // A pointer keeps no array alive, so the array is handed over and pinned by NetVips.
        using var raw = layout.BytesPerSample == 2
            ? VipsImage.NewFromMemory(photo.Buffer, photo.Width, photo.Height, layout.Bands, Enums.BandFormat.Ushort)
            : VipsImage.NewFromMemory(photo.Buffer, photo.Width, photo.Height, layout.Bands, Enums.BandFormat.Uchar);
        using var coloured = raw.Copy(interpretation: (layout.Colours, layout.BytesPerSample) switch
        {
            (1, 1) => Enums.Interpretation.Bw,
            (1, _) => Enums.Interpretation.Grey16,
            (_, 1) => Enums.Interpretation.Srgb,
            _ => Enums.Interpretation.Rgb16,
        });
        return photo.Metadata.Profile is { } profile ? coloured.Mutate(image => image.Set(GValue.BlobType, ProfileField, profile)) : coloured.Copy();
    }

    /// <summary>The samples, interleaved.</summary>
    public static byte[] Read(VipsImage image)
    {
        var bytes = image.WriteToMemory(out ulong length);
        try
        {
            var samples = new byte[checked((int)length)];
            Marshal.Copy(bytes, samples, 0, samples.Length);
            return samples;
        }
        finally
        {
            NetVips.NetVips.Free(bytes);
        }
    }

    private static bool IsPlain(PhotoLayout layout, PhotoMetadata metadata) => layout is { Colours: 3, BytesPerSample: 1 } && metadata.Profile is null;

    private static VipsImage WithoutAlpha(VipsImage image, PhotoLayout layout) => layout.Alpha ? image.ExtractBand(0, n: layout.Colours) : image.Copy();

    private static VipsImage ToSrgb(VipsImage image, int depth)
    {
        if (image.Contains(ProfileField))
        {
            return image.IccTransform("srgb", embedded: true, depth: depth, intent: Enums.Intent.Relative);
        }

        using var srgb = image.Colourspace(depth == 16 ? Enums.Interpretation.Rgb16 : Enums.Interpretation.Srgb);
        return srgb.Cast(depth == 16 ? Enums.BandFormat.Ushort : Enums.BandFormat.Uchar);
    }

    // Through the profiles' own space, in which libvips leaves what it imported.
    private static VipsImage ByProfile(VipsImage srgb, byte[] profile, PhotoLayout layout)
    {
        using var between = srgb.IccImport(Enums.PCS.Lab, Enums.Intent.Relative, inputProfile: "srgb");
        using var aimed = between.Mutate(image => image.Set(GValue.BlobType, ProfileField, profile));
        using var native = aimed.IccExport(Enums.PCS.Lab, Enums.Intent.Relative, depth: 16);
        return native.Bands == layout.Colours ? native.Copy() : native.ExtractBand(0, n: layout.Colours);
    }
}
