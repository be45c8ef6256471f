using Revisage.Data.Prepare;
using Revisage.Imaging;

namespace Revisage.Training.Tests.Data.Prepare;

public class TwinsTests
{
    private const int Row = 3 * PhotoThumbnail.Side;

    [Fact]
    public void One_photograph_is_found_in_another_split_mirrored_brighter_and_grainier()
    {
        var random = new Random(1);
        var twins = new Twins();
        var thumbnails = Enumerable.Range(0, 2000).Select(_ => Thumbnail(random)).ToArray();
        for (var i = 0; i < thumbnails.Length; i++)
        {
            twins.Add(i % 2 == 0 ? "val" : "test", $"{i}", thumbnails[i]);
        }

        for (var i = 0; i < thumbnails.Length; i++)
        {
            var again = Changed(i % 3 == 0 ? MirrorImage(thumbnails[i]) : thumbnails[i], random);
            twins.FindOutside(again, "train").ShouldBe((i % 2 == 0 ? "val" : "test", $"{i}"));
            twins.FindOutside(again, "val", "test").ShouldBeNull();
        }
    }

    [Fact]
    public void Another_photograph_is_no_twin()
    {
        var random = new Random(2);
        var twins = new Twins();
        twins.Add("test", "one", Thumbnail(random));

        twins.FindOutside(Thumbnail(random), "train").ShouldBeNull();
    }

    private static byte[] Thumbnail(Random random)
    {
        var thumbnail = new byte[Row * PhotoThumbnail.Side];
        var level = random.Next(40, 160);
        for (var i = 0; i < thumbnail.Length; i++)
        {
            thumbnail[i] = (byte)(level + random.Next(0, 80));
        }

        return thumbnail;
    }

    /// <summary>By less than 8 grey levels RMS.</summary>
    private static byte[] Changed(byte[] thumbnail, Random random) => [.. thumbnail.Select(value => (byte)(value + 4 + random.Next(-5, 6)))];

    private static byte[] MirrorImage(byte[] thumbnail) =>
        [.. Enumerable.Range(0, thumbnail.Length).Select(i => thumbnail[i / Row * Row + (PhotoThumbnail.Side - 1 - i % Row / 3) * 3 + i % 3])];
}
