using System.Numerics;
using Revisage.Degradations;
using Revisage.Imaging;

namespace Revisage.Data.Augmentation;

/// <summary>How far training varies its faces. The default mirrors half of them, and that is all.</summary>
public sealed record AugmentationOptions
{
    /// <summary>The chance of a mirror image.</summary>
    public double Flip { get; init; } = 0.5;

    /// <summary>Degrees, each way.</summary>
    public double Rotation { get; init; }

    /// <summary>Factors; above 1 the face grows.</summary>
    public Interval? Scale { get; init; }

    /// <summary>Whole pixels of the large face, each way, across and down.</summary>
    public int Shift { get; init; }

    public OutsidePixels Outside { get; init; }

    public ColourJitterOptions? Jitter { get; init; }
}

/// <summary>Draws how each sample is varied.</summary>
public sealed class FaceAugmentation
{
    private readonly AugmentationOptions options;
    private readonly ColourJitter? jitter;

    /// <exception cref="RevisageException">An amount is beyond what makes sense.</exception>
    public FaceAugmentation(AugmentationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check("flip", options.Flip, 1);
        Check("rotation", options.Rotation, 180);
        Check("shift", options.Shift, 4096);
        options.Scale?.Checked("augmentation.scale", 0.1, 10);
        jitter = options.Jitter is null ? null : new ColourJitter(options.Jitter);
        this.options = options;

        static void Check(string name, double amount, double most) => new Interval { From = 0, To = amount }.Checked($"augmentation.{name}", 0, most);
    }

    /// <param name="width">Of the picture; what it has beyond <paramref name="side"/> is margin.</param>
    /// <param name="side">Of the face, the picture's central square, and of the sample.</param>
    public FaceGeometry Draw(int width, int height, int side, ref SampleRandom random)
    {
        if (side < 1 || side > Math.Min(width, height))
        {
            throw new ArgumentException($"A face of {side} pixels a side is not inside a picture of {width}x{height}.", nameof(side));
        }

        // All numbers are drawn in any case, so that one option does not alter what another draws.
        var mirrored = random.NextDouble() < options.Flip;
        var angle = (2 * random.NextDouble() - 1) * options.Rotation * Math.PI / 180;
        var scale = options.Scale?.Draw(ref random) ?? 1;
        var (left, top) = ((width - side) / 2, (height - side) / 2);
        var (across, down) = (options.Shift, options.Shift);
        if (options.Outside == OutsidePixels.Edge)
        {
            (across, down) = (Math.Min(across, left), Math.Min(down, top));
            if (left == 0 || top == 0)
            {
                (angle, scale) = (0, Math.Max(1, scale));
            }
        }

        left += random.Next(-across, across);
        top += random.Next(-down, down);
        var middle = new Vector2((side - 1) / 2f);
        return new FaceGeometry(
            Matrix3x2.CreateRotation((float)-angle, middle) * Matrix3x2.CreateScale((float)(1 / scale), middle) * Matrix3x2.CreateTranslation(left, top),
            mirrored, side, options.Outside);
    }

    /// <summary>The sample's colours, changed.</summary>
    public RgbPicture Recolour(RgbPicture picture, ref SampleRandom random) => jitter is null ? picture : jitter.Apply(picture, ref random);
}
