using System.Numerics;
using Revisage.Faces;

namespace Revisage.Tests.Faces;

public class GuideWarpTests
{
    private const int Side = 64;

    private static readonly Landmarks Face = Drawn();

    [Fact]
    public void A_face_over_itself_stays_where_it_is()
    {
        var (flow, _) = Warp(Face, Face);

        Assert.All(flow, offset => Assert.Equal(0, offset, 1e-4f));
    }

    [Fact]
    public void A_guide_that_is_moved_is_fetched_from_there()
    {
        var (flow, coverage) = Warp(Face, Face.Transformed(Matrix3x2.CreateTranslation(3, -2)));

        var covered = Enumerable.Range(0, Side * Side).Where(i => coverage[i] == 1).ToArray();
        Assert.NotEmpty(covered);
        Assert.All(covered, i => Assert.Equal((3, -2), (MathF.Round(flow[i], 3), MathF.Round(flow[Side * Side + i], 3))));
    }

    [Fact]
    public void Every_landmark_of_the_face_is_laid_onto_that_of_the_guide()
    {
        var guide = Face.Transformed(Matrix3x2.CreateRotation(0.2f, new Vector2(32)) * Matrix3x2.CreateScale(1.1f, 0.9f, new Vector2(30)));
        var (flow, _) = Warp(Face, guide);

        for (var i = 0; i < Landmarks.Count; i++)
        {
            var (x, y) = ((int)MathF.Round(Face[i].X), (int)MathF.Round(Face[i].Y));
            var place = new Vector2(x + flow[y * Side + x], y + flow[Side * Side + y * Side + x]);
            // Half a pixel from rounding, stretched.
            Assert.True(Vector2.Distance(place, guide[i]) < 1, $"point {i} lies {Vector2.Distance(place, guide[i])} off");
        }
    }

    [Fact]
    public void The_face_is_covered_and_its_surroundings_are_not()
    {
        var (_, coverage) = Warp(Face, Face);

        Assert.Equal(1, coverage[40 * Side + 32]);
        Assert.Equal(0, coverage[0]);
        Assert.Equal(0, coverage[(Side - 1) * Side + Side - 1]);
        Assert.All(coverage, share => Assert.InRange(share, 0, 1.0001f));
    }

    [Fact]
    public void Hidden_points_are_left_out()
    {
        var points = Face.Points.ToArray();
        points[0] = new Vector2(float.NaN);

        var (flow, coverage) = Warp(new Landmarks(points), Face);

        Assert.All(flow, offset => Assert.Equal(0, offset, 1e-4f));
        Assert.Equal(1, coverage[40 * Side + 32]);
    }

    private static (float[] Flow, float[] Coverage) Warp(Landmarks face, Landmarks guide)
    {
        var (flow, coverage) = (new float[2 * Side * Side], new float[Side * Side]);
        GuideWarp.Write(face, guide, Side, flow, coverage);
        return (flow, coverage);
    }

    // Rings for jaw, brows, nose, eyes and mouth, as far apart as those of a face.
    private static Landmarks Drawn()
    {
        var points = new Vector2[Landmarks.Count];
        Ring(Landmarks.Jaw, new(32, 30), 20, 24, 0, MathF.PI);
        Ring(Landmarks.Brows, new(32, 26), 14, 5, MathF.PI, 2 * MathF.PI);
        Ring(Landmarks.Nose, new(32, 36), 4, 5, 0, 5.5f);
        Ring(36..42, new(24, 30), 4, 2, 0, 5.2f);
        Ring(42..48, new(40, 30), 4, 2, 0, 5.2f);
        Ring(48..60, new(32, 46), 8, 4, 0, 5.7f);
        Ring(60..68, new(32, 46), 5, 1.5f, 0, 5.5f);
        return new Landmarks(points);

        void Ring(Range range, Vector2 middle, float width, float height, float from, float to)
        {
            var (start, count) = range.GetOffsetAndLength(points.Length);
            for (var i = 0; i < count; i++)
            {
                var angle = from + (to - from) * i / Math.Max(1, count - 1);
                points[start + i] = middle + new Vector2(width * MathF.Cos(angle), height * MathF.Sin(angle));
            }
        }
    }
}
