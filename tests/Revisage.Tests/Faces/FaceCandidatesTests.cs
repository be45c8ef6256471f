using System.Numerics;
using Revisage.Faces;

namespace Revisage.Tests.Faces;

public class FaceCandidatesTests
{
    // A map of three cells by two, all surely empty.
    private readonly float[] map = [.. Enumerable.Range(0, FaceCandidates.Channels * 6).Select(i => i < 6 ? -9f : 0f)];

    [Fact]
    public void A_cell_is_decoded_to_pixels_of_the_photograph()
    {
        // The cell of column 2, row 1: its centre is at (2.5, 1.5) strides.
        Set(0, 0);                          // even odds
        Set(1, 0.5f);                       // the box's centre at (3, 1) strides
        Set(2, -0.5f);
        Set(3, MathF.Log(2));               // 2 by 4 strides
        Set(4, MathF.Log(4));
        Set(9, 1);                          // the nose at (3.5, 1.5) strides
        var faces = FaceCandidates.Decode(map, 3, 2, stride: 8, scale: new Vector2(2, 3), leastScore: 0.3);

        var face = faces.ShouldHaveSingleItem();
        face.Score.ShouldBe(0.5, 1e-6);
        // Centre (48, 24), 32 by 96 pixels.
        (face.Box.Left, face.Box.Top, face.Box.Width, face.Box.Height).ShouldBe((32, -24, 32, 96), new Near(1e-3));
        face.Landmarks.Count.ShouldBe(5);
        // From edges to the centre of the first pixel.
        Vector2.Distance(face.Landmarks[2], new Vector2(3.5f * 16 - 0.5f, 1.5f * 24 - 0.5f)).ShouldBeLessThan(1e-3f);
        Vector2.Distance(face.Landmarks[0], new Vector2(2.5f * 16 - 0.5f, 1.5f * 24 - 0.5f)).ShouldBeLessThan(1e-3f);
    }

    [Theory]
    [InlineData(0.4, 1)]
    [InlineData(0.6, 0)]
    public void Faces_below_the_least_score_are_left_out(double leastScore, int count)
    {
        Set(0, 0);

        FaceCandidates.Decode(map, 3, 2, 8, Vector2.One, leastScore).Count.ShouldBe(count);
    }

    [Fact]
    public void What_is_not_a_number_is_no_face()
    {
        Set(0, float.NaN);

        FaceCandidates.Decode(map, 3, 2, 8, Vector2.One, 0.01).ShouldBeEmpty();
    }

    [Fact]
    public void Of_doubles_the_better_one_stays_and_neighbours_stay_both()
    {
        DetectedFace[] faces = [Face(0, 0.6), Face(2, 0.9), Face(9, 0.7), Face(50, 0.2)];

        // 0 and 2 share 8 of 12 columns; 2 and 9 share 3 of 17.
        FaceCandidates.Suppress(faces, overlap: 0.4).ShouldBe([faces[1], faces[2], faces[3]]);
        FaceCandidates.Suppress(faces, overlap: 0.1).ShouldBe([faces[1], faces[3]]);
    }

    [Fact]
    public void A_face_that_only_overlaps_a_suppressed_one_stays()
    {
        DetectedFace[] faces = [Face(0, 0.9), Face(4, 0.8), Face(8, 0.7)];

        // 0 and 4 share 6 of 14, as do 4 and 8; 0 and 8 share 2 of 18.
        FaceCandidates.Suppress(faces, overlap: 0.4).ShouldBe([faces[0], faces[2]]);
    }

    private void Set(int channel, float value) => map[6 * channel + 5] = value;

    private static DetectedFace Face(double left, double score) => new(new FaceBox(left, 0, 10, 10), score, new Vector2[5]);

    private sealed class Near(double tolerance) : IEqualityComparer<(double, double, double, double)>
    {
        public bool Equals((double, double, double, double) a, (double, double, double, double) b) =>
            Math.Abs(a.Item1 - b.Item1) <= tolerance && Math.Abs(a.Item2 - b.Item2) <= tolerance && Math.Abs(a.Item3 - b.Item3) <= tolerance && Math.Abs(a.Item4 - b.Item4) <= tolerance;

        public int GetHashCode((double, double, double, double) value) => 0;
    }
}
