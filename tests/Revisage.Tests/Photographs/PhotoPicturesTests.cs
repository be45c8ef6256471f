using Revisage.Imaging;
using Revisage.Photographs;

namespace Revisage.Tests.Photographs;

public sealed class PhotoPicturesTests : IDisposable
{
    private readonly StandInPhotoModels models = new();
    private readonly PhotoEnhancer enhancer;

    public PhotoPicturesTests() => enhancer = PhotoEnhancer.Open(models.Store);

    public void Dispose()
    {
        enhancer.Dispose();
        models.Dispose();
    }

    [Fact]
    public void The_whole_is_shown_no_larger_than_its_longest_side_allows()
    {
        var photo = new Photo(new byte[3000 * 1000], 3000, 1000, new PhotoLayout(1, false, 1), PhotoMetadata.None);

        var pictures = PhotoPictures.Of(photo, new EnhancedPhoto(photo, [], default));

        (pictures.Before.Width, pictures.Before.Height).ShouldBe((3000, 1000));
        var shown = ImageFile.Decode(pictures.Before.Jpeg.Span, "before");
        (shown.Width, shown.Height).ShouldBe((1600, 533));
        pictures.Faces.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(2)]
    public void A_faces_square_is_the_same_part_before_and_after(double scale)
    {
        // A bright cell, so that it is taken for a face, of waves that are 8 pixels long and 40 levels high, in both directions.
        const int width = 192, height = 96;
        var samples = new byte[width * height];
        for (var (y, left, top) = (0, 64, 32); y < StandInPhotoModels.Face; y++)
        {
            for (var x = 0; x < StandInPhotoModels.Face; x++)
            {
                samples[(top + y) * width + left + x] = (byte)(150 + 20 * (Math.Sin(x * Math.PI / 4) + Math.Sin(y * Math.PI / 4)));
            }
        }

        var photo = new Photo(samples, width, height, new PhotoLayout(1, false, 1), PhotoMetadata.None);

        var nothing = Difference(photo, new EnhanceOptions { Scale = scale, Strength = 0 });
        var restored = Difference(photo, new EnhanceOptions { Scale = scale, Strength = 1 });

        // What two ways of enlarging differ by; a square that is one pixel off would differ by some 2 * 20 * sin(pi / 8), on average over the wave 10.
        nothing.ShouldBeLessThan(5);
        restored.ShouldBeGreaterThan(nothing + 10);
    }

    /// <summary>Mean over the square, in levels.</summary>
    private double Difference(Photo photo, EnhanceOptions options)
    {
        var face = PhotoPictures.Of(photo, enhancer.Enhance(photo, options)).Faces.ShouldHaveSingleItem().ShouldNotBeNull();
        var (before, after) = (ImageFile.Decode(face.Before.Span, "before"), ImageFile.Decode(face.After.Span, "after"));
        (before.Width, after.Width).ShouldBe((PhotoPictures.FaceSide, PhotoPictures.FaceSide));
        return 255 * before.Pixels.Zip(after.Pixels, (a, b) => Math.Abs(a - b)).Average();
    }
}
