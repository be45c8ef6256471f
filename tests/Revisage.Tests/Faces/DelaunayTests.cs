using System.Numerics;
using Revisage.Faces;

namespace Revisage.Tests.Faces;

public class DelaunayTests
{
    [Fact]
    public void A_square_becomes_two_triangles() =>
        Assert.Equal(2, Delaunay.Triangulate([new(0, 0), new(4, 0), new(4, 4), new(0, 4.1f)]).Count);

    [Fact]
    public void Triangles_fill_the_hull_and_no_point_lies_in_anothers_circle()
    {
        var random = new SampleRandom(1, 1);
        Vector2[] points = [new(0, 0), new(100, 0), new(100, 100), new(0, 100), .. Enumerable.Range(0, 60).Select(_ => Draw(ref random))];

        var triangles = Delaunay.Triangulate(points);

        Assert.Equal(100 * 100, triangles.Sum(triangle => Area(triangle)), 0.5);
        Assert.All(triangles, triangle => Assert.DoesNotContain(Enumerable.Range(0, points.Length), i => InCircle(triangle, i)));

        static Vector2 Draw(ref SampleRandom random) => new((float)(1 + 98 * random.NextDouble()), (float)(1 + 98 * random.NextDouble()));

        double Area((int A, int B, int C) triangle)
        {
            var (ab, ac) = (points[triangle.B] - points[triangle.A], points[triangle.C] - points[triangle.A]);
            return Math.Abs(ab.X * ac.Y - ab.Y * ac.X) / 2.0;
        }

        // By the determinant, another way than the code's.
        bool InCircle((int A, int B, int C) triangle, int i)
        {
            if (i == triangle.A || i == triangle.B || i == triangle.C)
            {
                return false;
            }

            var (a, b, c) = (Row(triangle.A), Row(triangle.B), Row(triangle.C));
            var determinant = a.X * (b.Y * c.Z - b.Z * c.Y) - a.Y * (b.X * c.Z - b.Z * c.X) + a.Z * (b.X * c.Y - b.Y * c.X);
            var (ab, ac) = (points[triangle.B] - points[triangle.A], points[triangle.C] - points[triangle.A]);
            return determinant * Math.Sign(ab.X * ac.Y - ab.Y * ac.X) > 1e-2;

            (double X, double Y, double Z) Row(int corner)
            {
                var (x, y) = ((double)points[corner].X - points[i].X, (double)points[corner].Y - points[i].Y);
                return (x, y, x * x + y * y);
            }
        }
    }

    [Fact]
    public void Fewer_than_three_points_have_no_triangle() => Assert.Empty(Delaunay.Triangulate([new(0, 0), new(1, 1)]));
}
