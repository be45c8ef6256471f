using System.Numerics;
using Revisage.Faces;

namespace Revisage.Training.Tests.Data.GroundTruth;

/// <summary>A face in outline, 100 pixels wide and high: round jaw, straight brows, a nose, diamonds for eyes, a closed mouth.</summary>
internal static class DrawnLandmarks
{
    public static Landmarks Face { get; } = new(Points());

    /// <summary>The face without some of its points.</summary>
    public static Landmarks Without(Range hidden)
    {
        var points = Points();
        points.AsSpan(hidden).Fill(new Vector2(float.NaN));
        return new Landmarks(points);
    }

    /// <summary>One point alone; all others are hidden.</summary>
    public static Landmarks Only(int index, float x, float y)
    {
        var points = new Vector2[Landmarks.Count];
        points.AsSpan().Fill(new Vector2(float.NaN));
        points[index] = new Vector2(x, y);
        return new Landmarks(points);
    }

    private static Vector2[] Points()
    {
        var points = new Vector2[Landmarks.Count];
        for (var i = 0; i < 17; i++)
        {
            var angle = MathF.PI * (1 - i / 16f);
            points[i] = new Vector2(50 + 40 * MathF.Cos(angle), 40 + 50 * MathF.Sin(angle));
        }

        for (var i = 0; i < 5; i++)
        {
            points[17 + i] = new Vector2(20 + 5 * i, 30);
            points[22 + i] = new Vector2(60 + 5 * i, 30);
        }

        for (var i = 0; i < 4; i++)
        {
            points[27 + i] = new Vector2(50, 40 + 6 * i);
        }

        for (var i = 0; i < 5; i++)
        {
            points[31 + i] = new Vector2(42 + 4 * i, 62);
        }

        Vector2[] eye = [new(-8, 0), new(-3, -4), new(3, -4), new(8, 0), new(3, 4), new(-3, 4)];
        for (var i = 0; i < 6; i++)
        {
            points[36 + i] = new Vector2(30, 40) + eye[i];
            points[42 + i] = new Vector2(70, 40) + eye[i];
        }

        float[] outer = [0, -4, -5, -4, -5, -4, 0, 4, 5, 5, 5, 4];
        for (var i = 0; i < 12; i++)
        {
            var x = i <= 6 ? -12 + 4 * i : 12 - 4 * (i - 6);
            points[48 + i] = new Vector2(50 + x, 76 + outer[i]);
        }

        for (var i = 0; i < 8; i++)
        {
            var x = i <= 4 ? -10 + 5 * i : 10 - 5 * (i - 4);
            points[60 + i] = new Vector2(50 + x, 76);
        }

        return points;
    }
}
