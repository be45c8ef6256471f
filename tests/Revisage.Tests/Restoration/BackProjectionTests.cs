using Revisage.Fixtures;
using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Tests.Restoration;

public class BackProjectionTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public void The_result_shrinks_to_what_was_given(int small)
    {
        // Greys in the middle, so that nothing is clipped.
        var (large, given) = (Grey(1, 32), Grey(2, small));

        var projected = BackProjection.Apply(large, given);

        var shrunk = PillowResize.Resize(projected, small, small, ResampleFilter.Bicubic);
        // Pillow rounds after each of two passes, and the picture is rounded once before.
        Assert.All(shrunk.Pixels.Zip(given.Pixels), pair => Assert.Equal(pair.Second, pair.First, 2.1f / 255));
    }

    [Fact]
    public void A_face_that_shrinks_to_it_already_stays_as_it_is()
    {
        var plain = new Image(32, 32, [.. Enumerable.Repeat(0.5f, 3 * 32 * 32)]);
        var small = new Image(8, 8, [.. Enumerable.Repeat(0.5f, 3 * 8 * 8)]);

        Assert.All(BackProjection.Apply(plain, small).Pixels, value => Assert.Equal(0.5f, value, 1e-6f));

        var once = BackProjection.Apply(Grey(1, 32), Grey(2, 8));
        Assert.All(BackProjection.Apply(once, Grey(2, 8)).Pixels.Zip(once.Pixels), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Fact]
    public void Sizes_that_do_not_go_together_are_refused() => Assert.Throws<ArgumentException>(() => BackProjection.Apply(Grey(1, 8), Grey(2, 16)));

    private static Image Grey(int seed, int side)
    {
        var noise = DegradationFixture.Noise(seed, side, side).ToImage();
        return new Image(side, side, [.. noise.Pixels.Select(value => 0.4f + 0.2f * value)]);
    }
}
