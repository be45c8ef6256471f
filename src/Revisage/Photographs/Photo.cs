using System.Runtime.InteropServices;
using Revisage.Imaging;

namespace Revisage.Photographs;

/// <summary>
/// A whole photograph as its file has it: grey or RGB, 8 or 16 bits, with alpha and colour profile. Faces are looked at and changed in sRGB;
/// what is not changed keeps its value to the last bit. Not for several threads at once.
/// </summary>
public sealed class Photo
{
    private readonly byte[] samples;

    /// <param name="samples">Interleaved, row by row: [Height, Width, Bands] of one or two bytes each. Taken over.</param>
    internal Photo(byte[] samples, int width, int height, PhotoLayout layout, PhotoMetadata metadata)
    {
        if (samples.LongLength != (long)width * height * layout.Bands * layout.BytesPerSample)
        {
            throw new ArgumentException($"{width}x{height} of {layout.Bands} bands in {8 * layout.BytesPerSample} bits are not {samples.LongLength} bytes.", nameof(samples));
        }

        (this.samples, Width, Height, Layout, Metadata) = (samples, width, height, layout, metadata);
    }

    public int Width { get; }

    public int Height { get; }

    public PhotoLayout Layout { get; }

    /// <summary>What the file says besides: profile, EXIF and the like.</summary>
    public PhotoMetadata Metadata { get; }

    /// <summary>[Height, Width, Bands], interleaved, in the machine's order of bytes.</summary>
    public ReadOnlyMemory<byte> Samples => samples;

    internal byte[] Buffer => samples;

    /// <summary>A copy that can be changed while this one stays.</summary>
    public Photo Copy() => new((byte[])samples.Clone(), Width, Height, Layout, Metadata);

    /// <summary>The whole in sRGB, 8 bits a value, no larger than a side allows: antialiased bicubic.</summary>
    public Image Overview(int longestSide) => PhotoColours.Overview(this, longestSide);

    /// <summary>The photograph in another size: Lanczos, antialiased where it becomes smaller.</summary>
    public Photo Resized(int width, int height) => width == Width && height == Height ? Copy() : new Photo(LanczosResize.To(this, width, height), width, height, Layout, Metadata);

    /// <summary>A rectangle inside of it, in sRGB.</summary>
    /// <returns>[3, height, width] in [0, 1]; values between 8-bit levels are kept.</returns>
    public Image Region(PixelBox box) => PhotoColours.Region(this, box);

    /// <summary>
    /// Changes a rectangle by the difference of two pictures of it. A pixel at which they agree keeps its samples, whatever the profile; alpha is
    /// left alone.
    /// </summary>
    /// <param name="before">As <see cref="Region"/> gives it.</param>
    public void Change(PixelBox box, Image before, Image after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var (old, wanted) = (PhotoColours.Native(before, Layout, Metadata), PhotoColours.Native(after, Layout, Metadata));
        var (colours, bands, plane) = (Layout.Colours, Layout.Bands, box.Width * box.Height);
        var wide = Layout.BytesPerSample == 2 ? MemoryMarshal.Cast<byte, ushort>(samples.AsSpan()) : default;
        for (var y = 0; y < box.Height; y++)
        {
            for (var x = 0; x < box.Width; x++)
            {
                var at = y * box.Width + x;
                if (Same(before.Pixels, after.Pixels, at, plane))
                {
                    continue;
                }

                var to = ((long)(box.Top + y) * Width + box.Left + x) * bands;
                for (var colour = 0; colour < colours; colour++)
                {
                    var change = wanted[colour * plane + at] - old[colour * plane + at];
                    if (Layout.BytesPerSample == 2)
                    {
                        wide[checked((int)(to + colour))] = (ushort)Math.Clamp(MathF.Round(wide[(int)(to + colour)] + change), 0, ushort.MaxValue);
                    }
                    else
                    {
                        samples[to + colour] = (byte)Math.Clamp(MathF.Round(samples[to + colour] + change), 0, byte.MaxValue);
                    }
                }
            }
        }
    }

    private static bool Same(float[] one, float[] other, int at, int plane) =>
        one[at] == other[at] && one[plane + at] == other[plane + at] && one[2 * plane + at] == other[2 * plane + at];
}

/// <summary>How a photograph's samples lie in memory.</summary>
/// <param name="Colours">1 for grey, 3 for RGB.</param>
/// <param name="Alpha">Whether a further band says how opaque a pixel is.</param>
/// <param name="BytesPerSample">1 or 2.</param>
public readonly record struct PhotoLayout(int Colours, bool Alpha, int BytesPerSample)
{
    public int Bands => Colours + (Alpha ? 1 : 0);

    /// <summary>What is white.</summary>
    public float Full => BytesPerSample == 2 ? ushort.MaxValue : byte.MaxValue;
}

/// <summary>A rectangle of whole pixels.</summary>
public readonly record struct PixelBox(int Left, int Top, int Width, int Height)
{
    public bool IsEmpty => Width <= 0 || Height <= 0;

    /// <summary>What lies inside a picture.</summary>
    public PixelBox Within(int width, int height)
    {
        var (left, top) = (Math.Clamp(Left, 0, width), Math.Clamp(Top, 0, height));
        return new PixelBox(left, top, Math.Clamp(Left + Width, left, width) - left, Math.Clamp(Top + Height, top, height) - top);
    }
}
