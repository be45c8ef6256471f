namespace Revisage.Faces;

/// <summary>A box in pixels of the picture, whose left and top edges are at 0; it may reach beyond the borders.</summary>
public readonly record struct FaceBox(double Left, double Top, double Width, double Height)
{
    public double Right => Left + Width;

    public double Bottom => Top + Height;

    public double CentreX => Left + Width / 2;

    public double CentreY => Top + Height / 2;

    /// <summary>The larger side.</summary>
    public double Size => Math.Max(Width, Height);

    /// <summary>Whether a point lies within, the edges included.</summary>
    public bool Holds(double x, double y) => x >= Left && x <= Right && y >= Top && y <= Bottom;

    /// <summary>The area that both share over that of either (intersection over union), 0 to 1.</summary>
    public double Overlap(FaceBox other)
    {
        var shared = Shared(other);
        return shared <= 0 ? 0 : shared / (Width * Height + other.Width * other.Height - shared);
    }

    /// <summary>The share of its own area that another box covers, 0 to 1.</summary>
    public double CoveredBy(FaceBox other) => Shared(other) / (Width * Height);

    private double Shared(FaceBox other) =>
        Math.Max(0, Math.Min(Right, other.Right) - Math.Max(Left, other.Left)) * Math.Max(0, Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top));
}
