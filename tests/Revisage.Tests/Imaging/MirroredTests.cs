using Revisage.Imaging;

namespace Revisage.Tests.Imaging;

public class MirroredTests
{
    [Fact]
    public void Left_and_right_are_exchanged_and_colours_stay_together()
    {
        var picture = new RgbPicture([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 2, 2);

        picture.Mirrored().Rgb.ShouldBe([4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]);
        picture.ToImage().Mirrored().ToRgb24().ShouldBe(picture.Mirrored().Rgb);
        picture.Mirrored().Mirrored().Rgb.ShouldBe(picture.Rgb);
    }
}
