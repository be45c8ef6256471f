using Revisage.Imaging;
namespace Revisage.Degradations;

/// <summary>How far torchvision's ColorJitter changes colours; 0 leaves one alone.</summary>
public sealed record ColourJitterOptions
{
    /// <summary>The factor lies within 1 less and 1 plus this, and is never below 0.</summary>
    public double Brightness { get; init; }

    /// <inheritdoc cref="Brightness"/>
    public double Contrast { get; init; }

    /// <inheritdoc cref="Brightness"/>
    public double Saturation { get; init; }

    /// <summary>Of the whole circle of hues, each way; 0.5 at most.</summary>
    public double Hue { get; init; }
}

/// <summary>
/// Brightness, contrast, saturation and hue, each changed by a random amount and in random order: torchvision's
/// ColorJitter on a Pillow picture, to the last bit for the same amounts (Pillow 9.4).
/// </summary>
public sealed class ColourJitter : IDegradation
{
    private readonly ColourJitterOptions options;

    /// <exception cref="RevisageException">An amount is negative, or more than half the circle of hues.</exception>
    public ColourJitter(ColourJitterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!(Math.Min(Math.Min(options.Brightness, options.Contrast), Math.Min(options.Saturation, options.Hue)) >= 0) || !(options.Hue <= 0.5))
        {
            throw new RevisageException($"Colours cannot be changed by {options}. Give numbers from 0, and up to 0.5 for the hue.");
        }

        this.options = options;
    }

    public RgbPicture Apply(RgbPicture picture, ref SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(picture);
        Span<int> order = [0, 1, 2, 3];
        for (var i = 3; i > 0; i--)
        {
            var j = random.Next(0, i);
            (order[i], order[j]) = (order[j], order[i]);
        }

        var rgb = (byte[])picture.Rgb.Clone();
        foreach (var one in order)
        {
            // Drawn even where nothing changes, so that one amount set to 0 does not alter the others' numbers.
            var drawn = random.NextDouble();
            switch (one)
            {
                case 0 when options.Brightness > 0:
                    Brighten(rgb, Factor(options.Brightness));
                    break;
                case 1 when options.Contrast > 0:
                    Contrast(rgb, Factor(options.Contrast));
                    break;
                case 2 when options.Saturation > 0:
                    Saturate(rgb, Factor(options.Saturation));
                    break;
                case 3 when options.Hue > 0:
                    ShiftHue(rgb, options.Hue * (2 * drawn - 1));
                    break;
            }

            double Factor(double amount) => Math.Max(0, 1 - amount) + (1 + amount - Math.Max(0, 1 - amount)) * drawn;
        }

        return new RgbPicture(rgb, picture.Width, picture.Height);
    }

    /// <summary>0 is black, 1 changes nothing.</summary>
    internal static void Brighten(Span<byte> rgb, double factor)
    {
        for (var i = 0; i < rgb.Length; i++)
        {
            rgb[i] = Blend(0, rgb[i], (float)factor);
        }
    }

    /// <summary>0 is the picture's mean grey, 1 changes nothing.</summary>
    internal static void Contrast(Span<byte> rgb, double factor)
    {
        var sum = 0L;
        for (var i = 0; i < rgb.Length; i += 3)
        {
            sum += Grey(rgb[i], rgb[i + 1], rgb[i + 2]);
        }

        var mean = (int)((double)sum / (rgb.Length / 3) + 0.5);
        for (var i = 0; i < rgb.Length; i++)
        {
            rgb[i] = Blend(mean, rgb[i], (float)factor);
        }
    }

    /// <summary>0 is grey, 1 changes nothing.</summary>
    internal static void Saturate(Span<byte> rgb, double factor)
    {
        for (var i = 0; i < rgb.Length; i += 3)
        {
            var grey = Grey(rgb[i], rgb[i + 1], rgb[i + 2]);
            rgb[i] = Blend(grey, rgb[i], (float)factor);
            rgb[i + 1] = Blend(grey, rgb[i + 1], (float)factor);
            rgb[i + 2] = Blend(grey, rgb[i + 2], (float)factor);
        }
    }

    /// <param name="turn">Of the circle, -0.5 to 0.5.</param>
    internal static void ShiftHue(Span<byte> rgb, double turn)
    {
        var shift = (int)(turn * 255);
        for (var i = 0; i < rgb.Length; i += 3)
        {
            var (r, g, b) = (rgb[i], rgb[i + 1], rgb[i + 2]);
            int most = Math.Max(r, Math.Max(g, b)), least = Math.Min(r, Math.Min(g, b));
            if (most == least)
            {
                continue;
            }

            // To Pillow's HSV of 8 bits each, and back: both round, so that even a turn of 0 changes colours a little.
            float range = most - least, red = (most - r) / range, green = (most - g) / range, blue = (most - b) / range;
            var sixths = r == most ? blue - green : g == most ? (float)(2.0 + red - blue) : (float)(4.0 + green - red);
            var turns = sixths / 6.0 + 1.0;
            var hue = (byte)((int)((float)(turns >= 1 ? turns - 1 : turns) * 255.0) + shift);
            var saturation = (byte)(range / most * 255.0);
            if (saturation == 0)
            {
                (rgb[i], rgb[i + 1], rgb[i + 2]) = ((byte)most, (byte)most, (byte)most);
                continue;
            }

            var share = (float)(saturation / 255.0);
            var sector = (int)(hue * 6.0 / 255.0);
            var rest = (float)(hue * 6.0 / 255.0) - sector;
            byte p = Rounded(1 - share), q = Rounded(1 - share * rest), t = Rounded(1 - share * (1 - rest)), v = (byte)most;
            (rgb[i], rgb[i + 1], rgb[i + 2]) = (sector % 6) switch
            {
                0 => (v, t, p),
                1 => (q, v, p),
                2 => (p, v, t),
                3 => (p, q, v),
                4 => (t, p, v),
                _ => (v, p, q),
            };

            byte Rounded(double part) => (byte)(most * part + 0.5);
        }
    }

    // Pillow's "L": BT.601 in 16 bits.
    private static int Grey(int red, int green, int blue) => (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;

    // Pillow's Image.blend: cut off and not rounded.
    private static byte Blend(int from, int to, float factor) => (byte)Math.Clamp(from + factor * (to - from), 0f, 255f);
}
