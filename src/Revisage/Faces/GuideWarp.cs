using System.Numerics;

namespace Revisage.Faces;

/// <summary>
/// Lays one face over another of the same person by their landmarks: between the points of the face, triangles are moved onto those
/// of the guide (piecewise affine).
/// </summary>
public static class GuideWarp
{
    // Points that fall together, as those of a closed mouth do, count as one.
    private const float Apart = 0.5f;

    // The landmarks end at the brows: the forehead goes on from there, by this share of the way from nose to brows.
    private const float Forehead = 0.9f;

    // Points of the brows above which the forehead's are.
    private static readonly int[] Temples = [17, 19, 21, 22, 24, 26];

    /// <summary>Pixels over which <see cref="Write"/>'s coverage falls off.</summary>
    private const int Feather = 3;

    /// <param name="face">Over which the guide is laid; in pixels of a square of <paramref name="side"/>.</param>
    /// <param name="guide">In pixels of another square of that side.</param>
    /// <param name="flow">[2, side, side], written: how far from a pixel of the face its place in the guide is, x, then y, in pixels.</param>
    /// <param name="coverage">[side, side], written: 1 where face and guide show skin, falling to 0 at their edge.</param>
    public static void Write(Landmarks face, Landmarks guide, int side, Span<float> flow, Span<float> coverage)
    {
        ArgumentNullException.ThrowIfNull(face);
        ArgumentNullException.ThrowIfNull(guide);
        flow.Clear();
        var (to, from) = Points(face, guide, side);
        foreach (var (a, b, c) in Delaunay.Triangulate(to))
        {
            Fill(to, from, (a, b, c), side, flow);
        }

        Cover(Outline(face), side, coverage);
    }

    /// <summary>Points of both that are known, and a frame that stays where it is.</summary>
    private static (List<Vector2> To, List<Vector2> From) Points(Landmarks face, Landmarks guide, int side)
    {
        var (to, from) = (new List<Vector2>(), new List<Vector2>());
        var (low, middle, high) = (-side / 4f, side / 2f, 1.25f * side);
        foreach (var place in new Vector2[] { new(low, low), new(middle, low), new(high, low), new(low, middle), new(high, middle), new(low, high), new(middle, high), new(high, high) })
        {
            to.Add(place);
            from.Add(place);
        }

        foreach (var (target, source) in AllPoints(face).Zip(AllPoints(guide)))
        {
            if (float.IsFinite(target.X + source.X) && to.TrueForAll(other => Vector2.Distance(other, target) > Apart))
            {
                to.Add(target);
                from.Add(source);
            }
        }

        return (to, from);
    }

    private static IEnumerable<Vector2> AllPoints(Landmarks landmarks) => [.. landmarks.Points.ToArray(), .. ForeheadOf(landmarks)];

    private static Vector2[] ForeheadOf(Landmarks landmarks)
    {
        var brows = Mean(landmarks, Landmarks.Brows);
        var rise = Forehead * (brows - Mean(landmarks, 31..36));
        return [.. Temples.Select(i => landmarks[i] + rise)];
    }

    private static Vector2 Mean(Landmarks landmarks, Range range)
    {
        var known = landmarks.Points[range].ToArray().Where(point => float.IsFinite(point.X)).ToArray();
        return known.Length == 0 ? new Vector2(float.NaN) : known.Aggregate(Vector2.Zero, (sum, point) => sum + point) / known.Length;
    }

    private static Vector2[] Outline(Landmarks face) => [.. ((Vector2[])[.. face.Points[Landmarks.Jaw], .. ForeheadOf(face).Reverse()]).Where(point => float.IsFinite(point.X))];

    private static void Fill(List<Vector2> to, List<Vector2> from, (int A, int B, int C) triangle, int side, Span<float> flow)
    {
        var (a, b, c) = (to[triangle.A], to[triangle.B], to[triangle.C]);
        var area = (b.X - a.X) * (c.Y - a.Y) - (b.Y - a.Y) * (c.X - a.X);
        if (MathF.Abs(area) < 1e-6f)
        {
            return;
        }

        var (top, bottom) = (Bound(MathF.Ceiling(Min(a.Y, b.Y, c.Y))), Bound(MathF.Floor(Max(a.Y, b.Y, c.Y)) + 1));
        var (left, right) = (Bound(MathF.Ceiling(Min(a.X, b.X, c.X))), Bound(MathF.Floor(Max(a.X, b.X, c.X)) + 1));
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
            {
                var second = ((x - a.X) * (c.Y - a.Y) - (y - a.Y) * (c.X - a.X)) / area;
                var third = ((b.X - a.X) * (y - a.Y) - (b.Y - a.Y) * (x - a.X)) / area;
                var first = 1 - second - third;
                // A little beyond the edges, so that no pixel between two triangles is left out.
                if (Min(first, second, third) < -1e-4f)
                {
                    continue;
                }

                var source = first * from[triangle.A] + second * from[triangle.B] + third * from[triangle.C];
                (flow[y * side + x], flow[(side + y) * side + x]) = (source.X - x, source.Y - y);
            }
        }

        int Bound(float value) => (int)Math.Clamp(value, 0, side);

        static float Min(float a, float b, float c) => MathF.Min(a, MathF.Min(b, c));

        static float Max(float a, float b, float c) => MathF.Max(a, MathF.Max(b, c));
    }

    private static void Cover(Vector2[] outline, int side, Span<float> coverage)
    {
        var inside = new float[side * side];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                inside[y * side + x] = Contains(outline, x, y) ? 1 : 0;
            }
        }

        // Means of squares, along rows and then columns.
        var rows = new float[side * side];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                rows[y * side + x] = Mean(k => inside[y * side + Math.Clamp(x + k, 0, side - 1)]);
            }
        }

        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                coverage[y * side + x] = Mean(k => rows[Math.Clamp(y + k, 0, side - 1) * side + x]);
            }
        }

        static float Mean(Func<int, float> at)
        {
            var sum = 0f;
            for (var k = -Feather; k <= Feather; k++)
            {
                sum += at(k);
            }

            return sum / (2 * Feather + 1);
        }
    }

    // By the edges that a ray to the right meets.
    private static bool Contains(Vector2[] outline, int x, int y)
    {
        var within = false;
        for (int i = 0, before = outline.Length - 1; i < outline.Length; before = i++)
        {
            var (a, b) = (outline[i], outline[before]);
            if (a.Y > y != b.Y > y && x < (b.X - a.X) * (y - a.Y) / (b.Y - a.Y) + a.X)
            {
                within = !within;
            }
        }

        return within;
    }
}
