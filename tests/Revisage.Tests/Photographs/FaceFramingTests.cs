using System.Numerics;
using Revisage.Faces;
using Revisage.Photographs;

namespace Revisage.Tests.Photographs;

public class FaceFramingTests
{
    private static readonly DetectedFace Found = new(new FaceBox(0, 0, 40, 40), 1, [.. FaceTemplate.Points]);

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(1.1, 0.05, -0.04)]
    [InlineData(0.85, -0.1, 0.02)]
    public void The_square_goes_where_the_landmarks_want_it(double larger, double right, double down)
    {
        var face = new AlignedFace(Found, new Matrix3x2(100, 0, 0, 100, 30, 50), 100, 0, 0);

        var refined = FaceFraming.Refine(face, Framed(100, larger, right, down));

        refined.Side.ShouldBe(100 * larger, 0.51);
        var centre = Vector2.Transform(new Vector2(0.5f), refined.ToPhotograph);
        ((double)centre.X).ShouldBe(80 + 100 * right, 1);
        ((double)centre.Y).ShouldBe(100 + 100 * down, 1);
        (refined.ToPhotograph.M31 % 1, refined.ToPhotograph.M32 % 1, refined.ToPhotograph.M11 % 1).ShouldBe((0, 0, 0));
    }

    [Fact]
    public void A_turned_square_moves_in_its_own_frame()
    {
        var turn = Matrix3x2.CreateScale(100) * Matrix3x2.CreateRotation(MathF.PI / 2) * Matrix3x2.CreateTranslation(200, 10);
        var face = new AlignedFace(Found, turn, 100, 90, 0);

        var refined = FaceFraming.Refine(face, Framed(100, 1, 0.1, 0));

        // To the right of a face that lies on its side is down in the photograph.
        var (before, after) = (Vector2.Transform(new Vector2(0.5f), turn), Vector2.Transform(new Vector2(0.5f), refined.ToPhotograph));
        Vector2.Distance(after - before, new Vector2(0, 10)).ShouldBeLessThan(0.1f);
    }

    [Theory]
    [InlineData(2, 0, 0)]
    [InlineData(1, 0.3, 0)]
    public void Landmarks_that_are_far_off_are_not_believed(double larger, double right, double down)
    {
        var face = new AlignedFace(Found, new Matrix3x2(100, 0, 0, 100, 30, 50), 100, 0, 0);

        FaceFraming.Refine(face, Framed(100, larger, right, down)).ShouldBe(face);
    }

    /// <summary>Landmarks of a face whose square is so much larger than the cut, and so far aside, in shares of its side.</summary>
    private static Landmarks Framed(int side, double larger, double right, double down)
    {
        var extent = larger / FaceFraming.Extent;
        return new Landmarks([.. Enumerable.Range(0, Landmarks.Count).Select(i => i / (Landmarks.Count - 1.0) - 0.5)
            .Select(share => new Vector2((float)(side * (0.5 + right + extent * share) - 0.5), (float)(side * (0.5 + down + FaceFraming.Lift * extent + extent * share) - 0.5)))]);
    }
}
