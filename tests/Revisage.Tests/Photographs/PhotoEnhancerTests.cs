using System.Numerics;
using Revisage.Faces;
using Revisage.Photographs;

namespace Revisage.Tests.Photographs;

public sealed class PhotoEnhancerTests : IDisposable
{
    private const int Face = StandInPhotoModels.Face;

    private static readonly PixelBox Square = new(64, 32, Face, Face);

    private readonly StandInPhotoModels models = new();
    private readonly PhotoEnhancer enhancer;

    public PhotoEnhancerTests() => enhancer = PhotoEnhancer.Open(models.Store);

    public void Dispose()
    {
        enhancer.Dispose();
        models.Dispose();
    }

    [Theory]
    [InlineData(3, false, 1)]
    [InlineData(3, true, 2)]
    [InlineData(1, false, 1)]
    [InlineData(1, true, 2)]
    public void At_scale_1_what_is_no_face_stays_to_the_bit(int colours, bool alpha, int bytes)
    {
        var photo = PhotoWithFaces(new PhotoLayout(colours, alpha, bytes), Square);

        var enhanced = enhancer.Enhance(photo, new EnhanceOptions { Scale = 1 });

        enhanced.Faces.ShouldHaveSingleItem().Model.ShouldBe("light-32");
        var (size, changed) = (photo.Layout.Bands * bytes, 0);
        for (var pixel = 0; pixel < photo.Width * photo.Height; pixel++)
        {
            var (x, y) = (pixel % photo.Width, pixel / photo.Width);
            var same = photo.Samples.Span.Slice(pixel * size, size).SequenceEqual(enhanced.Photo.Samples.Span.Slice(pixel * size, size));
            if (x < Square.Left || y < Square.Top || x >= Square.Left + Face || y >= Square.Top + Face)
            {
                same.ShouldBeTrue($"({x}, {y})");
            }

            changed += same ? 0 : 1;
        }

        changed.ShouldBeGreaterThan(Face * Face / 4);
    }

    [Fact]
    public void More_strength_changes_more_and_none_changes_nothing()
    {
        var photo = PhotoWithFaces(new PhotoLayout(3, false, 1), Square);

        var changes = new[] { 0, 0.25, 0.5, 0.75, 1 }.Select(strength => Change(photo, enhancer.Enhance(photo, new EnhanceOptions { Scale = 1, Strength = strength }).Photo)).ToArray();

        changes[0].ShouldBe(0);
        changes.Zip(changes.Skip(1)).ShouldAllBe(pair => pair.Second > pair.First);
    }

    [Fact]
    public void A_result_twice_as_large_is_the_enlarged_photograph_with_the_face_in_it()
    {
        var photo = PhotoWithFaces(new PhotoLayout(3, false, 1), Square);

        var enhanced = enhancer.Enhance(photo);

        (enhanced.Photo.Width, enhanced.Photo.Height).ShouldBe((2 * photo.Width, 2 * photo.Height));
        var plain = photo.Resized(2 * photo.Width, 2 * photo.Height);
        var outside = new PixelBox(0, 0, 2 * Square.Left, plain.Height);
        enhanced.Photo.Region(outside).Pixels.ShouldBe(plain.Region(outside).Pixels);
        Change(plain, enhanced.Photo).ShouldBeGreaterThan(0);
    }

    [Fact]
    public void All_faces_are_restored_and_the_given_photograph_stays()
    {
        var photo = PhotoWithFaces(new PhotoLayout(3, false, 1), Square, new PixelBox(0, 0, Face, Face), new PixelBox(128, 64, Face, Face));
        var before = photo.Samples.ToArray();

        var enhanced = enhancer.Enhance(photo, new EnhanceOptions { Scale = 1 });

        enhanced.Faces.Count(face => face.Model is not null).ShouldBe(3);
        photo.Samples.Span.SequenceEqual(before).ShouldBeTrue();
    }

    [Fact]
    public void The_box_that_is_asked_for_chooses_among_the_faces()
    {
        var photo = PhotoWithFaces(new PhotoLayout(3, false, 1), Square, new PixelBox(0, 0, Face, Face));

        var enhanced = enhancer.Enhance(photo, new EnhanceOptions { Scale = 1, Faces = new FaceChoice { Within = new FaceBox(0, 0, Face, Face) } });

        enhanced.Faces.Select(face => (face.Face.Found.Box.Left, face.Skipped?.Reason)).ShouldBe([(64, SkipReason.Elsewhere), (0, null)], ignoreOrder: true);
    }

    [Fact]
    public void A_person_who_would_not_stay_the_same_is_blended_in_less()
    {
        var photo = PhotoWithFaces(new PhotoLayout(3, false, 1), Square);

        var free = enhancer.Enhance(photo, new EnhanceOptions { Scale = 1, TellIdentity = true }).Faces[0];
        var asked = (1 + free.Identity!.Value) / 2;
        var bound = enhancer.Enhance(photo, new EnhanceOptions { Scale = 1, MinIdentity = asked }).Faces[0];

        (free.Strength, free.Identity.Value).ShouldSatisfyAllConditions(face => face.Strength.ShouldBe(1), face => face.Value.ShouldBeLessThan(1));
        bound.Strength.ShouldBeLessThan(1);
        bound.Identity!.Value.ShouldBeGreaterThanOrEqualTo(asked);
    }

    [Fact]
    public void A_photograph_without_a_face_is_enlarged_all_the_same()
    {
        var enhanced = enhancer.Enhance(PhotoWithFaces(new PhotoLayout(3, false, 1)));

        enhanced.Faces.ShouldBeEmpty();
        enhanced.Photo.Width.ShouldBe(2 * 192);
    }

    [Theory]
    [InlineData(0.5, 1, null, "The scale is 0.5, but takes 1 to 8.")]
    [InlineData(2, 1.5, null, "The strength is 1.5, but takes 0 to 1.")]
    [InlineData(2, 1, 2.0, "The least identity similarity is 2, but takes -1 to 1.")]
    public void Options_out_of_their_ranges_are_refused(double scale, double strength, double? identity, string message) =>
        Should.Throw<RevisageException>(() => enhancer.Enhance(PhotoWithFaces(new PhotoLayout(3, false, 1)), new EnhanceOptions { Scale = scale, Strength = strength, MinIdentity = identity })).Message.ShouldBe(message);

    [Fact]
    public void A_result_that_memory_does_not_hold_is_refused_before_the_work() =>
        Should.Throw<RevisageException>(() => enhancer.Enhance(new Photo(new byte[3 * 4000 * 4000], 4000, 4000, new PhotoLayout(3, false, 1), PhotoMetadata.None), new EnhanceOptions { Scale = 8 })).Message
            .ShouldBe("The photograph is 4000x4000, and would become 32000x32000, more than is held in memory. Choose a smaller scale.");

    [Theory]
    [InlineData(-500, -500)]
    [InlineData(192, 40)]
    [InlineData(90, 2000)]
    public void A_square_that_lies_outside_shows_the_nearest_pixels(float left, float top)
    {
        var photo = PhotoWithFaces(new PhotoLayout(3, false, 1));
        var face = new AlignedFace(new DetectedFace(default, 1, []), new Matrix3x2(16, 0, 0, 16, left, top), 16, 0, 0);

        var cut = face.Cut(photo);

        (cut.Width, cut.Height).ShouldBe((16, 16));
        var nearest = photo.Region(new PixelBox((int)Math.Clamp(left, 0, 191), (int)Math.Clamp(top, 0, 95), 1, 1));
        cut.Pixels[0].ShouldBe(nearest.Pixels[0]);
    }

    /// <summary>192 by 96: dark noise, in which the detector sees nothing, with brighter noise for faces.</summary>
    internal static Photo PhotoWithFaces(PhotoLayout layout, params PixelBox[] faces)
    {
        const int width = 192, height = 96;
        var random = new Random(5);
        var samples = new byte[width * height * layout.Bands * layout.BytesPerSample];
        for (var pixel = 0; pixel < width * height; pixel++)
        {
            var (x, y) = (pixel % width, pixel / width);
            var isFace = faces.Any(face => x >= face.Left && x < face.Left + face.Width && y >= face.Top && y < face.Top + face.Height);
            for (var band = 0; band < layout.Bands; band++)
            {
                var level = random.Next(isFace ? 130 : 10, isFace ? 180 : 60);
                var at = (pixel * layout.Bands + band) * layout.BytesPerSample;
                samples[at] = (byte)level;
                if (layout.BytesPerSample == 2)
                {
                    (samples[at], samples[at + 1]) = ((byte)random.Next(256), (byte)level);
                }
            }
        }

        return new Photo(samples, width, height, layout, PhotoMetadata.None);
    }

    private static long Change(Photo one, Photo other) => one.Samples.Span.ToArray().Zip(other.Samples.Span.ToArray(), (a, b) => (long)Math.Abs(a - b)).Sum();
}
