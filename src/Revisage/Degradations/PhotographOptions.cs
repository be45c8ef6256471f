using Revisage.Imaging;

namespace Revisage.Degradations;

/// <summary>
/// How far <see cref="Photograph"/> goes. Lengths are in pixels of the small face, so that the same numbers serve every size; every
/// range begins where nothing happens, so that a network learns to leave clean faces alone.
/// </summary>
public sealed record PhotographOptions
{
    /// <summary>The share of faces that are only shrunk, by bicubic.</summary>
    public double Clean { get; init; } = 0.15;

    /// <summary>The face's side in the photograph, over that of the small face that is cut from it.</summary>
    public Interval Cut { get; init; } = new() { From = 1, To = 2 };

    /// <summary>Whatever brought it to that side; one of them is drawn.</summary>
    public IReadOnlyList<ShrinkMethod> Shrink { get; init; } = [ShrinkMethod.Bicubic, ShrinkMethod.Bilinear, ShrinkMethod.Nearest];

    /// <summary>The chance of each blur and of the noise.</summary>
    public double Chance { get; init; } = 0.5;

    /// <summary>Standard deviation of a blur, along its wider axis.</summary>
    public Interval Blur { get; init; } = new() { From = 0, To = 1.2 };

    /// <summary>The narrower axis of the blur over the wider one.</summary>
    public Interval Roundness { get; init; } = new() { From = 0.4, To = 1 };

    /// <summary>Length of a motion blur, in any direction.</summary>
    public Interval Motion { get; init; } = new() { From = 0, To = 3 };

    /// <summary>Standard deviation of the sensor's noise, in grey levels of 255, in the photograph.</summary>
    public Interval Noise { get; init; } = new() { From = 0, To = 14 };

    /// <summary>The chance that the photograph is a JPEG.</summary>
    public double JpegChance { get; init; } = 0.8;

    /// <summary>Quality of the photograph's JPEG, whose blocks lie anywhere.</summary>
    public Interval Jpeg { get; init; } = new() { From = 30, To = 98 };

    /// <summary>The chance that the small face has been a JPEG too.</summary>
    public double SecondJpegChance { get; init; } = 0.2;

    /// <summary>Quality of the small face's JPEG.</summary>
    public Interval SecondJpeg { get; init; } = new() { From = 60, To = 98 };

    /// <summary>How far colours are off; null for not at all, which nobody could undo.</summary>
    public ColourJitterOptions? Colour { get; init; }

    internal PhotographOptions Checked()
    {
        Share("clean", Clean);
        Share("chance", Chance);
        Share("jpeg_chance", JpegChance);
        Share("second_jpeg_chance", SecondJpegChance);
        Cut.Checked($"{Key}.cut", 1, 8);
        Blur.Checked($"{Key}.blur", 0, 8);
        Roundness.Checked($"{Key}.roundness", 0, 1);
        Motion.Checked($"{Key}.motion", 0, 16);
        Noise.Checked($"{Key}.noise", 0, 255);
        Jpeg.Checked($"{Key}.jpeg", 1, 100);
        SecondJpeg.Checked($"{Key}.second_jpeg", 1, 100);
        return Shrink.Count > 0 ? this : throw new RevisageException($"The recipe's {Key}.shrink names no method. Give one or more, such as [bicubic].");

        static void Share(string name, double share) => new Interval { From = share, To = share }.Checked($"{Key}.{name}", 0, 1);
    }

    private const string Key = "degradation.photograph";
}
