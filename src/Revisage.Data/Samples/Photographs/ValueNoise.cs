using System.Numerics;

namespace Revisage.Data.Samples.Photographs;

/// <summary>Random values at whole places, blended smoothly between them (value noise), and sums of it at halving scales.</summary>
internal static class ValueNoise
{
    /// <summary>0 to 1.</summary>
    public static float At(Vector2 place, int seed)
    {
        var (x, y) = (MathF.Floor(place.X), MathF.Floor(place.Y));
        var (right, down) = (Shape.Step(place.X - x), Shape.Step(place.Y - y));
        var (i, j) = ((int)x, (int)y);
        var upper = float.Lerp(Corner(i, j, seed), Corner(i + 1, j, seed), right);
        var lower = float.Lerp(Corner(i, j + 1, seed), Corner(i + 1, j + 1, seed), right);
        return float.Lerp(upper, lower, down);
    }

    /// <summary>0 to 1, about 0.5.</summary>
    /// <param name="octaves">Each has half the scale and half the height of the one before.</param>
    public static float Fractal(Vector2 place, int octaves, int seed)
    {
        var (sum, height, total) = (0f, 1f, 0f);
        for (var octave = 0; octave < octaves; octave++)
        {
            sum += height * At(place, seed + octave);
            total += height;
            height /= 2;
            place *= 2;
        }

        return sum / total;
    }

    private static float Corner(int x, int y, int seed)
    {
        var value = (uint)x * 0x9E3779B1 ^ (uint)y * 0x85EBCA77 ^ (uint)seed * 0xC2B2AE3D;
        value = (value ^ (value >> 15)) * 0x2C1B3C6D;
        value = (value ^ (value >> 12)) * 0x297A2D39;
        return (value ^ (value >> 15)) / (float)uint.MaxValue;
    }
}
