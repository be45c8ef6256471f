using Revisage.Data;
using Revisage.Degradations;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Torch;

namespace Revisage.Training.Priors.FaceDetection;

/// <summary>A square that a detector learns from.</summary>
/// <param name="Ignored">Boxes in which nothing is right or wrong.</param>
public sealed record DetectionCrop(RgbPicture Picture, IReadOnlyList<ShownFace> Faces, IReadOnlyList<FaceBox> Ignored);

/// <summary>Squares as plain memory.</summary>
/// <param name="Pixels">[N, 3, Side, Side] in the recipe's range.</param>
public sealed record DetectionBatch(float[] Pixels, int Side, DetectionTargets Targets)
{
    public Tensor PixelTensor(Device device) => Tensor.Of(Pixels, Pixels.Length / (3 * Side * Side), 3, Side, Side).To(device);
}

/// <summary>
/// Makes squares of photographs and of a batch of aligned faces: cut at a drawn scale, faces pasted into empty places, then mirrored,
/// recoloured, blurred and compressed. A square is a function of its number and the seed alone.
/// </summary>
/// <param name="photographs">None for plain backgrounds.</param>
/// <param name="range">Of the faces' pixels and of the squares'.</param>
public sealed class DetectionCrops(IReadOnlyList<BoxedPhotograph> photographs, DetectionCropOptions options, ValueRange range, int seed)
{
    // Places tried for a face before it is left out.
    private const int Tries = 12;

    private const byte Grey = 128;

    // Not the numbers that vary the aligned faces.
    private readonly int seed = seed ^ 0x0DE7EC7;
    private readonly DetectionCropOptions options = options.Checked();
    private readonly ColourJitter jitter = new(options.Jitter);
    private readonly GaussianBlur blur = new(options.Blur);
    private readonly Jpeg jpeg = new(options.Jpeg);

    /// <summary>As many squares as there are faces.</summary>
    public DetectionBatch Batch(FaceBatch faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        var plane = options.Side * options.Side;
        var pixels = new float[faces.Size * 3 * plane];
        var crops = new DetectionCrop[faces.Size];
        AllCores.For(faces.Size, i =>
        {
            crops[i] = Crop(faces, i);
            range.FromUnit(crops[i].Picture.ToImage().Pixels, pixels.AsSpan(i * 3 * plane, 3 * plane));
        });
        return new DetectionBatch(
            pixels, options.Side, DetectionTargets.Of(options.Side, [.. crops.Select(crop => crop.Faces)], [.. crops.Select(crop => crop.Ignored)]));
    }

    /// <summary>The square of one sample of a batch; faces are pasted of that sample and the next.</summary>
    public DetectionCrop Crop(FaceBatch faces, int index)
    {
        ArgumentNullException.ThrowIfNull(faces);
        var random = new SampleRandom(seed, faces.First + index);
        var crop = photographs.Count > 0 ? Cut(photographs[random.Next(0, photographs.Count - 1)], ref random) : Plain(ref random);
        if (Happens(options.DecoyChance, ref random))
        {
            crop = Oval(crop, ref random) is { } oval ? Paste(crop, oval, isFace: false, ref random) : crop;
        }

        if (Happens(photographs.Count > 0 ? options.PasteChance : 1, ref random))
        {
            crop = Paste(crop, FaceOf(faces, index, ref random), isFace: true, ref random);
        }

        if (Happens(options.PasteChance / 2, ref random))
        {
            crop = Paste(crop, FaceOf(faces, (index + 1) % faces.Size, ref random), isFace: true, ref random);
        }

        return Vary(crop, ref random);
    }

    private DetectionCrop Cut(BoxedPhotograph photograph, ref SampleRandom random)
    {
        var (width, height, rgb) = ImageFile.DecodeRgb24(File.ReadAllBytes(photograph.Path), photograph.Path);
        var scale = Ratio(0.6, 1.6, ref random);
        var (x, y) = (width * random.NextDouble(), height * random.NextDouble());
        if (photograph.Faces.Count > 0 && Happens(options.Around, ref random))
        {
            var chosen = photograph.Faces[random.Next(0, photograph.Faces.Count - 1)];
            scale = Math.Clamp(Ratio(options.Face.From, options.Face.To, ref random) / chosen.Size, options.Scale.From, options.Scale.To);
            (x, y) = (chosen.CentreX, chosen.CentreY);
        }

        var region = (int)Math.Ceiling(options.Side / scale);
        scale = (double)options.Side / region;
        var (left, top) = (Begin(x, width, region, ref random), Begin(y, height, region, ref random));
        var filter = random.Next(0, 1) == 0 ? ResampleFilter.Bilinear : ResampleFilter.Bicubic;
        var cut = new RgbPicture(rgb, width, height).Part(left, top, region, region).Resized(options.Side, options.Side, filter).Rgb;
        Blank(cut, -left * scale, -top * scale, (width - left) * scale, (height - top) * scale);

        var faces = new List<ShownFace>();
        var ignored = photograph.Ignored.Select(box => Moved(box).Box).ToList();
        foreach (var face in photograph.Faces.Select(Moved))
        {
            if (face.Box.CentreX >= 0 && face.Box.CentreX < options.Side && face.Box.CentreY >= 0 && face.Box.CentreY < options.Side)
            {
                faces.Add(face);
            }
            else
            {
                // Less than half of it is seen.
                ignored.Add(face.Box);
            }
        }

        return new DetectionCrop(new RgbPicture(cut, options.Side, options.Side), faces, ignored);

        ShownFace Moved(FaceBox box) => new ShownFace(box, null).Moved(scale, -left * scale, -top * scale);
    }

    /// <summary>Where a square begins that shows a place, as far within the photograph as it can.</summary>
    private static int Begin(double place, int extent, int region, ref SampleRandom random)
    {
        var begin = (int)(place - region * (0.1 + 0.8 * random.NextDouble()));
        return extent >= region ? Math.Clamp(begin, 0, extent - region) : Math.Clamp(begin, extent - region, 0);
    }

    /// <summary>Grey where the photograph ends, which detection fills its last cells with too.</summary>
    private void Blank(byte[] rgb, double left, double top, double right, double bottom)
    {
        for (var y = 0; y < options.Side; y++)
        {
            for (var x = 0; x < options.Side; x++)
            {
                if (x + 0.5 < left || x + 0.5 >= right || y + 0.5 < top || y + 0.5 >= bottom)
                {
                    rgb.AsSpan(3 * (y * options.Side + x), 3).Fill(Grey);
                }
            }
        }
    }

    private DetectionCrop Plain(ref SampleRandom random)
    {
        var rgb = new byte[3 * options.Side * options.Side];
        byte[] colour = [(byte)random.Next(0, 255), (byte)random.Next(0, 255), (byte)random.Next(0, 255)];
        for (var i = 0; i < rgb.Length; i++)
        {
            rgb[i] = colour[i % 3];
        }

        return new DetectionCrop(new RgbPicture(rgb, options.Side, options.Side), [], []);
    }

    private PastedFace FaceOf(FaceBatch faces, int index, ref SampleRandom random)
    {
        var side = faces.HighResSide;
        var unit = new float[3 * side * side];
        range.ToUnit(faces.HighRes.AsSpan(index * unit.Length, unit.Length), unit);
        return PastedFace.Of(RgbPicture.Of(new Image(side, side, unit)), faces.LandmarksOf(index), Ratio(options.Pasted.From, options.Pasted.To, ref random));
    }

    /// <summary>A place without a face; null where none is found.</summary>
    private PastedFace? Oval(DetectionCrop crop, ref SampleRandom random)
    {
        var size = Math.Min((int)Ratio(options.Pasted.From, options.Pasted.To, ref random), options.Side / 3);
        for (var i = 0; i < Tries; i++)
        {
            var (left, top) = (random.Next(0, options.Side - 2 * size), random.Next(0, options.Side - 2 * size));
            var seen = new FaceBox(left, top, 2 * size, 2 * size);
            if (!crop.Faces.Select(face => face.Box).Concat(crop.Ignored).Any(box => box.Overlap(seen) > 0))
            {
                return new PastedFace(crop.Picture.Part(left, top, 2 * size, 2 * size), new ShownFace(new FaceBox(0.6 * size, 0.5 * size, 0.8 * size, size), null));
            }
        }

        return null;
    }

    private DetectionCrop Paste(DetectionCrop crop, PastedFace pasted, bool isFace, ref SampleRandom random)
    {
        var box = pasted.Face.Box;
        for (var i = 0; i < Tries; i++)
        {
            // Half of it may be beyond the border, but not its centre.
            var left = (int)(options.Side * random.NextDouble() - box.CentreX);
            var top = (int)(options.Side * random.NextDouble() - box.CentreY);
            var wanted = new FaceBox(left + box.Left - 0.3 * box.Width, top + box.Top - 0.3 * box.Height, 1.6 * box.Width, 1.6 * box.Height);
            if (crop.Faces.Any(face => face.Box.Overlap(wanted) > 0) || crop.Ignored.Any(ignored => ignored.Overlap(wanted) > 0)
                || left + box.CentreX < 0 || top + box.CentreY < 0 || left + box.CentreX >= options.Side || top + box.CentreY >= options.Side)
            {
                continue;
            }

            var rgb = (byte[])crop.Picture.Rgb.Clone();
            var face = pasted.Into(rgb, options.Side, left, top);
            crop = crop with { Picture = new RgbPicture(rgb, options.Side, options.Side) };
            return isFace ? crop with { Faces = [.. crop.Faces, face] } : crop;
        }

        return crop;
    }

    private DetectionCrop Vary(DetectionCrop crop, ref SampleRandom random)
    {
        var picture = crop.Picture;
        if (Happens(options.Flip, ref random))
        {
            picture = picture.Mirrored();
            crop = crop with
            {
                Faces = [.. crop.Faces.Select(face => face.Mirrored(options.Side))],
                Ignored = [.. crop.Ignored.Select(box => new ShownFace(box, null).Mirrored(options.Side).Box)],
            };
        }

        picture = Happens(options.JitterChance, ref random) ? jitter.Apply(picture, ref random) : picture;
        picture = Happens(options.BlurChance, ref random) ? blur.Apply(picture, ref random) : picture;
        picture = Happens(options.JpegChance, ref random) ? jpeg.Apply(picture, ref random) : picture;
        return crop with { Picture = picture };
    }

    private static bool Happens(double chance, ref SampleRandom random) => random.NextDouble() < chance;

    private static double Ratio(double from, double to, ref SampleRandom random) => from * Math.Pow(to / from, random.NextDouble());
}
