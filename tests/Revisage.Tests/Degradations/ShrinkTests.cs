using Revisage.Degradations;
using Revisage.Fixtures;
using Revisage.Imaging;

namespace Revisage.Tests.Degradations;

public sealed class ShrinkTests
{
    public static IEnumerable<object[]> Chain => DegradationFixture.Read().Chain.Select(one => new object[] { one.Side, one.Sha256 });

    [Theory]
    [MemberData(nameof(Chain))]
    public void Progressives_chain_is_Pillows_to_the_last_bit(int side, string sha256)
    {
        var celebA = DegradationFixture.Noise(3, 178, 218).CentreCrop(178, 178);

        DegradationFixture.Hash(To(side, ShrinkMethod.BilinearChain, celebA).Rgb).ShouldBe(sha256);
    }

    [Theory]
    [InlineData(ShrinkMethod.Bicubic, ResampleFilter.Bicubic)]
    [InlineData(ShrinkMethod.Bilinear, ResampleFilter.Bilinear)]
    [InlineData(ShrinkMethod.Nearest, ResampleFilter.Nearest)]
    public void Pillows_filters_do_what_their_names_say(ShrinkMethod method, ResampleFilter filter)
    {
        var picture = DegradationFixture.Noise(3, 64, 64);
        var expected = new byte[3 * 8 * 8];
        PillowResize.Resize(picture.Rgb, 64, 64, expected, 8, 8, filter);

        To(8, method, picture).Rgb.ShouldBe(expected);
    }

    [Fact]
    public void Matlab_is_as_for_a_picture_of_bytes()
    {
        var picture = DegradationFixture.Noise(3, 64, 64);
        var expected = new byte[3 * 8 * 8];
        MatlabResize.Resize(picture.Rgb, 64, 64, expected, 8, 8);

        To(8, ShrinkMethod.Matlab, picture).Rgb.ShouldBe(expected);
    }

    [Fact]
    public void Averages_are_means_of_blocks_rounded_half_up()
    {
        // Two rows of four grey pixels to one row of two.
        byte[] rgb = [.. new byte[] { 0, 1, 10, 20, 0, 1, 30, 41 }.SelectMany(level => new[] { level, (byte)(level + 100), (byte)7 })];
        var random = default(SampleRandom);

        var small = new Shrink(2, 1, ShrinkMethod.Average).Apply(new RgbPicture(rgb, 4, 2), ref random);

        // 2 / 4 = 0.5, and 101 / 4 = 25.25.
        small.Rgb.ShouldBe<byte>([1, 101, 7, 25, 125, 7]);
    }

    [Fact]
    public void Averages_want_sizes_that_divide() =>
        Should.Throw<RevisageException>(() => To(24, ShrinkMethod.Average, DegradationFixture.Plain(64, 64, 1))).Message
            .ShouldBe("Averages of blocks cannot bring 64x64 to 24x24, which does not divide it. Choose sizes that do, or another method.");

    [Theory]
    [InlineData(178, 218, 178, 178, 0, 20)]
    [InlineData(7, 8, 4, 5, 2, 2)]      // halves go to the even side: 1.5 to 2
    [InlineData(9, 9, 4, 4, 2, 2)]      // 2.5 to 2
    public void Centre_crops_lie_where_torchvisions_do(int width, int height, int cropWidth, int cropHeight, int left, int top)
    {
        var picture = DegradationFixture.Noise(2, width, height);

        var crop = picture.CentreCrop(cropWidth, cropHeight);

        crop.Rgb.AsSpan(0, 3).ToArray().ShouldBe(picture.Rgb.AsSpan(3 * (top * width + left), 3).ToArray());
        crop.Rgb.AsSpan(^3).ToArray().ShouldBe(picture.Rgb.AsSpan(3 * ((top + cropHeight - 1) * width + left + cropWidth - 1), 3).ToArray());
    }

    [Fact]
    public void A_picture_of_the_right_size_stays_as_it_is()
    {
        var picture = DegradationFixture.Noise(2, 16, 16);

        Enum.GetValues<ShrinkMethod>().ShouldAllBe(method => To(16, method, picture).Rgb.SequenceEqual(picture.Rgb));
    }

    private static RgbPicture To(int side, ShrinkMethod method, RgbPicture picture)
    {
        var random = default(SampleRandom);
        return new Shrink(side, side, method).Apply(picture, ref random);
    }
}
