using System.Numerics;

namespace Revisage.Faces;

/// <summary>Triangles between points of the plane, none of which has a point inside its circle.</summary>
public static class Delaunay
{
    /// <summary>By adding one point after another (Bowyer 1981, Watson 1981).</summary>
    /// <param name="points">No two in one place.</param>
    /// <returns>Of each triangle the three points' indices.</returns>
    public static IReadOnlyList<(int A, int B, int C)> Triangulate(IReadOnlyList<Vector2> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count < 3)
        {
            return [];
        }

        // A triangle far around all points, whose corners go at the end.
        var (min, max) = points.Aggregate((points[0], points[0]), (box, point) => (Vector2.Min(box.Item1, point), Vector2.Max(box.Item2, point)));
        var (middle, reach) = ((min + max) / 2, 20 * Math.Max(1, Math.Max(max.X - min.X, max.Y - min.Y)));
        Vector2[] all = [.. points, middle + new Vector2(-reach, -reach), middle + new Vector2(reach, -reach), middle + new Vector2(0, reach)];
        List<Triangle> triangles = [Triangle.Of(all, points.Count, points.Count + 1, points.Count + 2)];
        var border = new List<(int From, int To)>();
        for (var i = 0; i < points.Count; i++)
        {
            border.Clear();
            for (var t = triangles.Count - 1; t >= 0; t--)
            {
                if (triangles[t].Circles(points[i]))
                {
                    Toggle(triangles[t].A, triangles[t].B);
                    Toggle(triangles[t].B, triangles[t].C);
                    Toggle(triangles[t].C, triangles[t].A);
                    triangles.RemoveAt(t);
                }
            }

            triangles.AddRange(border.Select(edge => Triangle.Of(all, edge.From, edge.To, i)));
        }

        return [.. triangles.Where(triangle => Math.Max(triangle.A, Math.Max(triangle.B, triangle.C)) < points.Count).Select(triangle => (triangle.A, triangle.B, triangle.C))];

        // An edge between two triangles that go is no border of what they leave.
        void Toggle(int from, int to)
        {
            if (!border.Remove((to, from)) && !border.Remove((from, to)))
            {
                border.Add((from, to));
            }
        }
    }

    /// <summary>With its circle, in 64 bits: points of a chin lie nearly on a line, and their circles are large.</summary>
    private readonly record struct Triangle(int A, int B, int C, double X, double Y, double Squared)
    {
        public static Triangle Of(Vector2[] points, int a, int b, int c)
        {
            var (ax, ay) = (points[a].X, (double)points[a].Y);
            var (bx, by, cx, cy) = (points[b].X - ax, points[b].Y - ay, points[c].X - ax, points[c].Y - ay);
            var twice = 2 * (bx * cy - by * cx);
            var (bb, cc) = (bx * bx + by * by, cx * cx + cy * cy);
            var (x, y) = ((cy * bb - by * cc) / twice, (bx * cc - cx * bb) / twice);
            return new Triangle(a, b, c, ax + x, ay + y, x * x + y * y);
        }

        // Three points on a line have no circle; everything is inside of it, so that they go with the next point.
        public bool Circles(Vector2 point) => !((point.X - X) * (point.X - X) + (point.Y - Y) * (point.Y - Y) > Squared);
    }
}
