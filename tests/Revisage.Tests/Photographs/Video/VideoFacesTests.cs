using Revisage.Photographs;
using Revisage.Photographs.Video;

namespace Revisage.Tests.Photographs.Video;

public sealed class VideoFacesTests : IDisposable
{
    private const int Width = 192;
    private const int Face = StandInPhotoModels.Face;
    private static readonly PixelBox Square = new(64, 32, Face, Face);

    private readonly StandInPhotoModels models = new();
    private readonly PhotoEnhancer enhancer;

    public VideoFacesTests() => enhancer = PhotoEnhancer.Open(models.Store);

    public void Dispose()
    {
        enhancer.Dispose();
        models.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(12)]
    public void A_still_face_changes_from_frame_to_frame_by_no_more_than_the_input_itself(int noise)
    {
        var frames = Enumerable.Range(0, 8).Select(i => Noisy(Still(), noise, seed: i)).ToArray();

        var made = Run(frames, new EnhanceOptions { Scale = 1 });

        Flicker(made).ShouldBeLessThanOrEqualTo(Flicker(frames));
        // And it is restored all the while.
        frames.Zip(made).ShouldAllBe(pair => Inside(pair.First, pair.Second) > 5);
    }

    [Fact]
    public void Frame_by_frame_the_same_face_flickers_more()
    {
        var frames = Enumerable.Range(0, 4).Select(i => Noisy(Still(), 12, seed: i)).ToArray();

        var apart = frames.Select(frame => enhancer.Enhance(frame, new EnhanceOptions { Scale = 1 }).Photo).ToArray();

        Flicker(Run(frames, new EnhanceOptions { Scale = 1 })).ShouldBeLessThan(Flicker(apart));
    }

    [Fact]
    public void Outside_of_the_faces_a_frame_at_scale_1_stays_to_the_bit()
    {
        var frames = Enumerable.Range(0, 3).Select(i => Noisy(Still(), 5, seed: i)).ToArray();

        foreach (var (given, made) in frames.Zip(Run(frames, new EnhanceOptions { Scale = 1 })))
        {
            for (var pixel = 0; pixel < Width * given.Height; pixel++)
            {
                var (x, y) = (pixel % Width, pixel / Width);
                if (x < Square.Left || y < Square.Top || x >= Square.Left + Face || y >= Square.Top + Face)
                {
                    made.Samples.Span.Slice(3 * pixel, 3).SequenceEqual(given.Samples.Span.Slice(3 * pixel, 3)).ShouldBeTrue($"({x}, {y})");
                }
            }
        }
    }

    [Fact]
    public void After_a_cut_the_new_scene_shows_nothing_of_the_old()
    {
        var dark = PhotoEnhancerTests.PhotoWithFaces(new PhotoLayout(3, false, 1));

        var made = Run([Still(), Still(), dark], new EnhanceOptions { Scale = 1 });

        made[^1].Samples.Span.SequenceEqual(dark.Samples.Span).ShouldBeTrue();
    }

    [Fact]
    public void A_face_that_changes_is_the_new_one_at_once()
    {
        // Lighter by a tenth: no cut, and no noise either.
        var lighter = Still();
        for (var i = 0; i < lighter.Buffer.Length; i++)
        {
            lighter.Buffer[i] = (byte)Math.Min(255, lighter.Buffer[i] + 25);
        }

        var followed = Run([Still(), Still(), lighter], new EnhanceOptions { Scale = 1 })[^1];

        Inside(followed, enhancer.Enhance(lighter, new EnhanceOptions { Scale = 1 }).Photo).ShouldBeLessThan(0.5);
    }

    [Fact]
    public void What_the_detector_loses_for_a_frame_stays_restored()
    {
        // Its score falls below what counts, while the place looks as before.
        var dim = Still();
        for (var y = Square.Top; y < Square.Top + Face; y++)
        {
            for (var x = 3 * Square.Left; x < 3 * (Square.Left + Face); x++)
            {
                dim.Buffer[y * 3 * Width + x] = (byte)(dim.Buffer[y * 3 * Width + x] * 0.79);
            }
        }

        enhancer.Enhance(dim, new EnhanceOptions { Scale = 1 }).Faces.ShouldAllBe(face => face.Model == null);
        Inside(dim, Run([Still(), Still(), dim], new EnhanceOptions { Scale = 1 })[^1]).ShouldBeGreaterThan(5);
    }

    private Photo[] Run(Photo[] frames, EnhanceOptions options)
    {
        var faces = new VideoFaces(enhancer, options);
        return [.. frames.Select((frame, i) => faces.Next(frame, i / 25.0, default))];
    }

    private static Photo Still() => PhotoEnhancerTests.PhotoWithFaces(new PhotoLayout(3, false, 1), Square);

    private static Photo Noisy(Photo photo, int noise, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < photo.Buffer.Length; i++)
        {
            photo.Buffer[i] = (byte)Math.Clamp(photo.Buffer[i] + random.Next(-noise, noise + 1), 0, 255);
        }

        return photo;
    }

    private static double Flicker(Photo[] frames) => frames.Zip(frames.Skip(1), Inside).Average();

    // Mean difference inside of the face's square, in levels of 255.
    private static double Inside(Photo one, Photo other)
    {
        var sum = 0.0;
        for (var y = Square.Top; y < Square.Top + Face; y++)
        {
            for (var x = 3 * Square.Left; x < 3 * (Square.Left + Face); x++)
            {
                sum += Math.Abs(one.Buffer[y * 3 * Width + x] - other.Buffer[y * 3 * Width + x]);
            }
        }

        return sum / (3 * Face * Face);
    }
}
