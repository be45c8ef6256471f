using System.Numerics;
using Revisage.Faces;
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
    [InlineData(1, 0)]
    [InlineData(1.5, 0)]
    [InlineData(2, 0)]
    [InlineData(1, 30)]
    [InlineData(1.5, 30)]
    public void A_faces_square_is_the_same_part_before_and_after(double scale, double roll)
    {
        // The same waves in both, 16 pixels of the photograph long: a square that is off by a third of such a pixel would differ by 4 levels.
        var (photo, result) = (Waves(1), Waves(scale));
        const float side = 33;
        var turned = Complex.FromPolarCoordinates(side, roll * Math.PI / 180);
        var place = new Matrix3x2((float)turned.Real, (float)turned.Imaginary, -(float)turned.Imaginary, (float)turned.Real, 45, 17);
        var face = new AlignedFace(new DetectedFace(new FaceBox(45, 17, side, side), 0.9, []), place, side, roll, 0);

        var pictures = PhotoPictures.Of(photo, new EnhancedPhoto(result, [new FaceOutcome(face, "any", null), new FaceOutcome(face, null, new SkippedFace(SkipReason.Unsure, "unsure"))], default));

        pictures.Faces.Count.ShouldBe(2);
        pictures.Faces[1].ShouldBeNull();
        Difference(pictures.Faces[0]).ShouldBeLessThan(2.5);
    }

    [Fact]
    public void What_a_model_made_of_a_face_is_seen()
    {
        var photo = PhotoEnhancerTests.PhotoWithFaces(new PhotoLayout(3, false, 1), new PixelBox(64, 32, 32, 32));

        double Change(double strength) => Difference(PhotoPictures.Of(photo, enhancer.Enhance(photo, new EnhanceOptions { Scale = 1, Strength = strength })).Faces.ShouldHaveSingleItem());

        Change(0).ShouldBe(0);
        Change(1).ShouldBeGreaterThan(10);
    }

    /// <summary>128 by 96 pixels, so many times as large, grey.</summary>
    private static Photo Waves(double scale)
    {
        var (width, height) = ((int)(128 * scale), (int)(96 * scale));
        var samples = new byte[width * height];
        for (var i = 0; i < samples.Length; i++)
        {
            var (x, y) = ((i % width + 0.5) / scale, (i / width + 0.5) / scale);
            samples[i] = (byte)Math.Round(128 + 50 * (Math.Sin(x * Math.PI / 8) + Math.Sin(y * Math.PI / 8)));
        }

        return new Photo(samples, width, height, new PhotoLayout(1, false, 1), PhotoMetadata.None);
    }

    /// <summary>Mean over the square, in levels.</summary>
    private static double Difference(FacePictures? face)
    {
        face.ShouldNotBeNull();
        var (before, after) = (ImageFile.Decode(face.Before.Span, "before"), ImageFile.Decode(face.After.Span, "after"));
        (before.Width, after.Width).ShouldBe((PhotoPictures.FaceSide, PhotoPictures.FaceSide));
        return 255 * before.Pixels.Zip(after.Pixels, (a, b) => Math.Abs(a - b)).Average();
    }
}
