using System.Numerics;

namespace Revisage.Data.Samples.Photographs;

/// <summary>Shapes by their distance, in pixels, negative within.</summary>
internal static class Shape
{
    /// <summary>About the distance from an ellipse around the origin.</summary>
    public static float Ellipse(Vector2 place, Vector2 radii) => ((place / radii).Length() - 1) * Math.Min(radii.X, radii.Y);

    /// <summary>The share of a pixel that is within.</summary>
    /// <param name="edge">Pixels over which it goes from 0 to 1.</param>
    public static float Cover(float distance, float edge) => Step(0.5f - distance / edge);

    /// <summary>From 0 to 1 as the value does, smoothly.</summary>
    public static float Step(float value)
    {
        value = Math.Clamp(value, 0, 1);
        return value * value * (3 - 2 * value);
    }

    public static Vector2 Turn(Vector2 place, float angle)
    {
        var (sin, cos) = MathF.SinCos(angle);
        return new(cos * place.X - sin * place.Y, sin * place.X + cos * place.Y);
    }
}
