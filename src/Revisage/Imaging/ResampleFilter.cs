namespace Revisage.Imaging;

/// <summary>How <see cref="PillowResize"/> weighs pixels; all but nearest widen on reduction, against aliasing.</summary>
public enum ResampleFilter
{
    /// <summary>The pixel under the centre, without any averaging.</summary>
    Nearest,

    /// <summary>Triangle of support 1.</summary>
    Bilinear,

    /// <summary>Keys' cubic of support 2, a = -0.5.</summary>
    Bicubic,
}
