using System.Numerics;
using Revisage.Faces;
using Revisage.Training.Priors.FaceDetection;

namespace Revisage.Training.Tests.Priors.FaceDetection;

public class DetectionTargetsTests
{
    private const int Side = 256;

    // Cells of strides 4, 8, 16 and 32 of one picture.
    private static readonly int[] First = [0, 64 * 64, 64 * 64 + 32 * 32, 64 * 64 + 32 * 32 + 16 * 16, 64 * 64 + 32 * 32 + 16 * 16 + 8 * 8];

    [Theory]
    [InlineData(9, 0)]
    [InlineData(20, 0)]
    [InlineData(45, 1)]
    [InlineData(100, 2)]
    [InlineData(190, 3)]
    public void A_face_is_learned_by_the_level_of_its_size(double size, int level)
    {
        var targets = Of([Face(120, 110, 0.7 * size, size)]);

        targets.Cells.ShouldNotBeEmpty();
        targets.Cells.ShouldAllBe(cell => cell >= First[level] && cell < First[level + 1]);
        targets.Counts.ShouldAllBe(count => count == 1);
    }

    [Fact]
    public void A_face_between_two_levels_is_learned_by_both()
    {
        var targets = Of([Face(120, 110, 20, 26)]);

        targets.Cells.ShouldContain(cell => cell < First[1]);
        targets.Cells.ShouldContain(cell => cell >= First[1] && cell < First[2]);
    }

    [Fact]
    public void Cells_near_the_centre_decode_to_the_face()
    {
        var face = new ShownFace(new FaceBox(100, 90, 36, 44), [new(110, 105), new(127, 104), new(118, 115), new(111, 124), new(126, 123)]);

        var targets = Of([face]);

        targets.Cells.Count.ShouldBeGreaterThan(1);
        foreach (var (cell, values) in targets.Cells.Zip(targets.Faces))
        {
            targets.Scores[cell].ShouldBe(1);
            var (row, column) = Math.DivRem(cell - First[1], 32);
            (Math.Abs(8 * (column + 0.5) - 118) <= 0.28 * 36 && Math.Abs(8 * (row + 0.5) - 112) <= 0.28 * 44 || (column, row) == (14, 14)).ShouldBeTrue();
            // As the network would say it.
            var map = new float[FaceCandidates.Channels * 32 * 32];
            var at = cell - First[1];
            float[] said = [5, values[0], values[1], MathF.Log(values[2]), MathF.Log(values[3]), .. values[4..]];
            Array.Fill(map, -9, 0, 32 * 32);
            for (var channel = 0; channel < said.Length; channel++)
            {
                map[channel * 32 * 32 + at] = said[channel];
            }

            var found = FaceCandidates.Decode(map, 32, 32, 8, Vector2.One, 0.5).ShouldHaveSingleItem();
            found.Box.Overlap(face.Box).ShouldBeGreaterThan(0.9999);
            for (var i = 0; i < 5; i++)
            {
                Vector2.Distance(found.Landmarks[i] + new Vector2(0.5f), face.Landmarks![i]).ShouldBeLessThan(1e-3f);
            }
        }
    }

    [Fact]
    public void Ignored_boxes_and_faces_below_eight_pixels_are_neither_right_nor_wrong()
    {
        var targets = DetectionTargets.Of(Side, [[Face(40, 40, 6, 7), Face(200, 200, 16, 20)]], [[new FaceBox(190, 190, 30, 30)]]);

        // The tiny face lies in the cell of column 9 or 10.
        targets.Counts[10 * 64 + 10].ShouldBe(0);
        targets.Counts[20 * 64 + 20].ShouldBe(1);
        // Within the ignored box all but the cells of the face.
        targets.Counts[54 * 64 + 54].ShouldBe(0);
        (targets.Counts[50 * 64 + 50], targets.Scores[50 * 64 + 50]).ShouldBe((1, 1));
        targets.Cells.ShouldAllBe(cell => targets.Counts[cell] == 1);
    }

    [Fact]
    public void The_second_picture_of_a_batch_has_cells_of_its_own()
    {
        var targets = DetectionTargets.Of(Side, [[], [Face(120, 110, 15, 20)]], [[], []]);

        targets.Cells.ShouldAllBe(cell => cell >= 64 * 64 && cell < 2 * 64 * 64);
        targets.Faces.ShouldAllBe(face => Math.Abs(face[0]) < 2 && Math.Abs(face[1]) < 2 && face[2] == 15f / 4 && float.IsNaN(face[4]));
    }

    private static DetectionTargets Of(IReadOnlyList<ShownFace> faces) => DetectionTargets.Of(Side, [faces], [[]]);

    private static ShownFace Face(double x, double y, double width, double height) => new(new FaceBox(x - width / 2, y - height / 2, width, height), null);
}
