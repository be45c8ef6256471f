using System.Numerics;
using Revisage.Imaging;

namespace Revisage.Data.Samples.Photographs;

/// <summary>A picture while it is painted: sRGB values about [0, 1], which may be exceeded until the end. Places are in pixels from the left top corner.</summary>
internal sealed class Canvas(int width, int height)
{
    private readonly bool[] people = new bool[width * height];
    private Vector3[] pixels = new Vector3[width * height];

    public int Width => width;

    public int Height => height;

    /// <summary>A colour for every pixel.</summary>
    public void Fill(Func<Vector2, Vector3> colour) => Paint(Vector2.Zero, new(width, height), (place, _) => (colour(place), 1));

    /// <summary>What is new and which share of it covers what is there, for the pixels of a rectangle.</summary>
    public void Paint(Vector2 from, Vector2 to, Func<Vector2, Vector3, (Vector3 Colour, float Share)> brush)
    {
        var (left, right) = (Math.Max(0, (int)from.X), Math.Min(width - 1, (int)to.X));
        for (var y = Math.Max(0, (int)from.Y); y <= Math.Min(height - 1, (int)to.Y); y++)
        {
            for (var x = left; x <= right; x++)
            {
                ref var pixel = ref pixels[y * width + x];
                var (colour, share) = brush(new(x + 0.5f, y + 0.5f), pixel);
                pixel = Vector3.Lerp(pixel, colour, Math.Clamp(share, 0, 1));
            }
        }
    }

    /// <summary>As <see cref="Paint"/>, of someone: what is covered can be shadowed.</summary>
    public void PaintPerson(Vector2 from, Vector2 to, Func<Vector2, Vector3, (Vector3 Colour, float Share)> brush) => Paint(from, to, (place, under) =>
    {
        var painted = brush(place, under);
        people[(int)place.Y * width + (int)place.X] |= painted.Share > 0.5f;
        return painted;
    });

    /// <summary>Darkens the people in a rectangle, and nothing that is farther behind.</summary>
    public void Shadow(Vector2 from, Vector2 to, Func<Vector2, float> share) =>
        Paint(from, to, (place, under) => (0.3f * under, people[(int)place.Y * width + (int)place.X] ? share(place) : 0));

    /// <summary>A leaf, a stone, a circle of light: an ellipse of one colour.</summary>
    /// <param name="edge">Pixels over which its border fades.</param>
    public void Ellipse(Vector2 centre, Vector2 radii, float angle, Vector3 colour, float share, float edge)
    {
        var reach = new Vector2(Math.Max(radii.X, radii.Y) + edge);
        Paint(centre - reach, centre + reach, (place, _) => (colour, share * Shape.Cover(Shape.Ellipse(Shape.Turn(place - centre, -angle), radii), edge)));
    }

    /// <summary>Out of focus, by a Gaussian.</summary>
    /// <param name="deviation">In pixels.</param>
    public void Blur(float deviation)
    {
        var radius = (int)Math.Ceiling(3 * deviation);
        var kernel = Enumerable.Range(-radius, 2 * radius + 1).Select(i => MathF.Exp(-i * i / (2 * deviation * deviation))).ToArray();
        var sum = kernel.Sum();
        for (var pass = 0; pass < 2; pass++)
        {
            var blurred = new Vector3[pixels.Length];
            var across = pass == 0;
            Parallel.For(0, height, y =>
            {
                for (var x = 0; x < width; x++)
                {
                    var value = Vector3.Zero;
                    for (var i = -radius; i <= radius; i++)
                    {
                        var at = across ? y * width + Math.Clamp(x + i, 0, width - 1) : Math.Clamp(y + i, 0, height - 1) * width + x;
                        value += kernel[i + radius] * pixels[at];
                    }

                    blurred[y * width + x] = value / sum;
                }
            });
            pixels = blurred;
        }
    }

    public Image ToImage()
    {
        var planes = new float[3 * pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                planes[channel * pixels.Length + i] = Math.Clamp(pixels[i][channel], 0, 1);
            }
        }

        return new Image(width, height, planes);
    }
}
