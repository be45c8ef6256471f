using System.Numerics;
using Revisage.Faces;
using Revisage.Training.Priors.Alignment;

namespace Revisage.Training.Tests.Priors.Alignment;

public class HeatmapDecoderTests
{
    private const int Height = 12;
    private const int Width = 16;

    [Fact]
    public void The_largest_pixel_is_moved_a_quarter_towards_the_larger_neighbour()
    {
        var maps = new float[Landmarks.Count * Height * Width];
        // Landmark 5 at column 9, row 4: more to the right than to the left, more above than below.
        Set(maps, 5, 9, 4, 1);
        Set(maps, 5, 10, 4, 0.5f);
        Set(maps, 5, 8, 4, 0.2f);
        Set(maps, 5, 9, 3, 0.4f);

        HeatmapDecoder.Quarter(maps, Height, Width, scale: 1)[5].ShouldBe(new Vector2(9.25f, 3.75f));
    }

    [Fact]
    public void A_picture_four_times_as_large_has_its_pixels_centres_four_apart()
    {
        var maps = new float[Landmarks.Count * Height * Width];
        Set(maps, 0, 2, 7, 1);

        // Pixel 2 covers 8 to 12 of the picture's edges, its centre is at 10, which is pixel 9.5.
        HeatmapDecoder.Quarter(maps, Height, Width, scale: 4)[0].ShouldBe(new Vector2(9.5f, 29.5f));
        HeatmapDecoder.HalfMean(maps, Height, Width, scale: 4)[0].ShouldBe(new Vector2(9.5f, 29.5f));
    }

    [Fact]
    public void A_peak_on_the_border_is_not_moved_across_it()
    {
        var maps = new float[Landmarks.Count * Height * Width];
        Set(maps, 67, Width - 1, 0, 1);
        Set(maps, 67, Width - 2, 0, 0.9f);
        Set(maps, 67, Width - 1, 1, 0.9f);

        HeatmapDecoder.Quarter(maps, Height, Width, scale: 1)[67].ShouldBe(new Vector2(Width - 1, 0));
    }

    [Theory]
    [InlineData(2.5)]
    [InlineData(1.75)]
    public void The_mean_above_half_finds_a_Gaussian_between_pixels(double deviation)
    {
        var maps = new float[Landmarks.Count * Height * Width];
        for (var i = 0; i < Landmarks.Count; i++)
        {
            var (x, y) = (5 + i / 68.0 * 3, 6 + 0.5 * i / 68);
            for (var p = 0; p < Height * Width; p++)
            {
                var (dx, dy) = (p % Width - x, p / Width - y);
                maps[i * Height * Width + p] = (float)Math.Exp(-(dx * dx + dy * dy) / (2 * deviation * deviation));
            }
        }

        var found = HeatmapDecoder.HalfMean(maps, Height, Width, scale: 1);

        for (var i = 0; i < Landmarks.Count; i++)
        {
            var truth = new Vector2((float)(5 + i / 68.0 * 3), (float)(6 + 0.5 * i / 68));
            Math.Abs(found[i].X - truth.X).ShouldBeLessThan(0.1f);
            Math.Abs(found[i].Y - truth.Y).ShouldBeLessThan(0.1f);
        }
    }

    [Fact]
    public void The_mean_above_half_lies_between_two_peaks_and_counts_nothing_low()
    {
        var maps = new float[Landmarks.Count * Height * Width];
        Set(maps, 1, 4, 4, 1);
        Set(maps, 1, 12, 8, 1);
        Set(maps, 1, 0, 11, 0.5f);
        Set(maps, 1, 4, 5, -3);
        // Beyond half of 1 the second peak has half of what the first has.
        Set(maps, 2, 4, 4, 1);
        Set(maps, 2, 10, 4, 0.75f);

        HeatmapDecoder.HalfMean(maps, Height, Width, scale: 1)[1].ShouldBe(new Vector2(8, 6));
        HeatmapDecoder.HalfMean(maps, Height, Width, scale: 1)[2].ShouldBe(new Vector2(6, 4));
    }

    [Fact]
    public void A_heatmap_below_zero_still_has_its_largest_pixel()
    {
        var maps = Enumerable.Repeat(-1f, Landmarks.Count * Height * Width).ToArray();
        Set(maps, 3, 6, 2, -0.5f);

        HeatmapDecoder.HalfMean(maps, Height, Width, scale: 1)[3].ShouldBe(new Vector2(6, 2));
        HeatmapDecoder.Quarter(maps, Height, Width, scale: 1)[3].ShouldBe(new Vector2(6, 2));
    }

    [Fact]
    public void A_heatmap_without_numbers_hides_its_point()
    {
        var maps = new float[Landmarks.Count * Height * Width];
        maps.AsSpan(2 * Height * Width, Height * Width).Fill(float.NaN);

        HeatmapDecoder.Quarter(maps, Height, Width, scale: 1).IsVisible(2).ShouldBeFalse();
        HeatmapDecoder.HalfMean(maps, Height, Width, scale: 1).IsVisible(2).ShouldBeFalse();
        HeatmapDecoder.HalfMean(maps, Height, Width, scale: 1).IsVisible(3).ShouldBeTrue();
    }

    [Fact]
    public void Heatmaps_of_another_size_are_refused() =>
        Should.Throw<ArgumentException>(() => HeatmapDecoder.Quarter(new float[68 * 4], 2, 3, 1))
            .Message.ShouldStartWith("68 heatmaps of 3x2 are 408 values, but 272 were given.");

    private static void Set(float[] maps, int landmark, int column, int row, float value) =>
        maps[(landmark * Height + row) * Width + column] = value;
}
