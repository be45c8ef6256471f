using System.Globalization;
using System.Numerics;
using Revisage.Faces;
using Revisage.Photographs;

namespace Revisage.Tests.Photographs;

public class FaceTemplateTests
{
    [Theory]
    [InlineData(37.3, 0)]
    [InlineData(20.6, 8)]
    public void A_face_that_stands_upright_or_nearly_gets_a_square_of_whole_pixels(double side, double roll)
    {
        var aligned = FaceTemplate.Align(Placed(side, roll, 100, 60));

        var m = aligned.ToPhotograph;
        (m.M12, m.M21).ShouldBe((0, 0));
        ShouldBeWhole(m.M11, m.M22, m.M31, m.M32);
        ((double)m.M11).ShouldBe(side * Math.Cos(roll * Math.PI / 180), 0.51);
        aligned.Roll.ShouldBe(roll, 0.01);
    }

    [Theory]
    [InlineData(40, 30)]
    [InlineData(64, -90)]
    [InlineData(55.5, 180)]
    public void A_turned_face_gets_a_square_that_is_turned_with_it(double side, double roll)
    {
        var aligned = FaceTemplate.Align(Placed(side, roll, 200, 150));

        aligned.Side.ShouldBe(side, 1e-3);
        Math.Abs(Math.IEEERemainder(aligned.Roll - roll, 360)).ShouldBeLessThan(0.01);
        for (var i = 0; i < DetectedFace.LandmarkCount; i++)
        {
            Vector2.Distance(Vector2.Transform(FaceTemplate.Points[i], aligned.ToPhotograph), aligned.Found.Landmarks[i] + new Vector2(0.5f)).ShouldBeLessThan(0.01f);
        }
    }

    [Fact]
    public void A_nose_aside_of_the_eyes_tells_how_far_a_face_is_turned()
    {
        var front = Placed(60, 0, 50, 50);
        Vector2[] aside = [.. front.Landmarks];
        aside[2] += new Vector2(6, 0);

        FaceTemplate.Align(front).Yaw.ShouldBe(0, 0.5);
        FaceTemplate.Align(front with { Landmarks = aside }).Yaw.ShouldBeInRange(20, 40);
    }

    [Fact]
    public void Landmarks_in_one_place_do_no_harm()
    {
        var face = Placed(40, 0, 50, 50) with { Landmarks = [.. Enumerable.Repeat(new Vector2(70, 70), DetectedFace.LandmarkCount)] };

        FaceTemplate.Align(face).OwnSide.ShouldBe(1);
    }

    [FacesFact]
    public void The_template_is_where_the_training_faces_have_their_landmarks()
    {
        var crops = File.ReadLines(Path.Combine(FacesFactAttribute.Folder, "aligned", "index.csv")).Skip(1).Select(line => line.Split(','))
            .Where(cells => cells[1] != "utk" && cells[2] == "train").ToDictionary(cells => cells[0]);
        var header = File.ReadLines(Path.Combine(FacesFactAttribute.Folder, "aligned", "index.csv")).First().Split(',').ToList();
        var (size, hr) = (header.IndexOf("size"), header.IndexOf("hr"));
        var (sums, count) = (new Vector2[DetectedFace.LandmarkCount], 0);
        foreach (var cells in File.ReadLines(Path.Combine(FacesFactAttribute.Folder, "aligned", "landmarks.csv")).Skip(1).Select(line => line.Split(',')).Where(cells => crops.ContainsKey(cells[0])))
        {
            var crop = crops[cells[0]];
            var (side, whole) = (float.Parse(crop[hr], CultureInfo.InvariantCulture), float.Parse(crop[size], CultureInfo.InvariantCulture));
            Vector2 Point(int i) => (new Vector2(float.Parse(cells[1 + 2 * i], CultureInfo.InvariantCulture), float.Parse(cells[2 + 2 * i], CultureInfo.InvariantCulture)) + new Vector2(0.5f - (whole - side) / 2)) / side;
            Vector2 Mean(int from, int to) => Enumerable.Range(from, to - from).Aggregate(Vector2.Zero, (sum, i) => sum + Point(i)) / (to - from);
            Vector2[] five = [Mean(36, 42), Mean(42, 48), Point(30), Point(48), Point(54)];
            for (var i = 0; i < five.Length; i++)
            {
                sums[i] += five[i];
            }

            count++;
        }

        // And their mirror images.
        int[] mirrored = [1, 0, 2, 4, 3];
        for (var i = 0; i < sums.Length; i++)
        {
            var (one, other) = (sums[i] / count, sums[mirrored[i]] / count);
            Vector2.Distance(FaceTemplate.Points[i], (one + new Vector2(1 - other.X, other.Y)) / 2).ShouldBeLessThan(0.002f);
        }
    }

    private static DetectedFace Placed(double side, double roll, float x, float y)
    {
        var turn = Matrix3x2.CreateScale((float)side) * Matrix3x2.CreateRotation((float)(roll * Math.PI / 180)) * Matrix3x2.CreateTranslation(x, y);
        return new DetectedFace(new FaceBox(x, y, side, side), 0.9, [.. FaceTemplate.Points.Select(point => Vector2.Transform(point, turn) - new Vector2(0.5f))]);
    }

    private static void ShouldBeWhole(params float[] values) => values.ShouldAllBe(value => value == MathF.Round(value));
}
