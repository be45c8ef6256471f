using System.Numerics;

namespace Revisage.Data.Samples.Photographs;

/// <summary>What is around people: trees, lawns, hedges, mountains, water, stands.</summary>
internal static class Scenery
{
    /// <summary>Trees far behind, above a lawn, all out of focus.</summary>
    /// <param name="ground">Where the lawn begins, in pixels from the top.</param>
    public static void Park(Canvas canvas, float ground, int seed)
    {
        var size = new Vector2(canvas.Width, canvas.Height);
        canvas.Fill(place =>
        {
            var depth = (place.Y - ground) / (size.Y - ground);
            var patch = ValueNoise.Fractal(new(place.X / 160, MathF.Log(Math.Max(0.02f, depth)) * 6), 4, seed);
            var dark = ValueNoise.Fractal(place / 140, 4, seed + 20);
            return depth > 0
                ? Vector3.Lerp(new(0.36f, 0.46f, 0.19f), new(0.55f, 0.63f, 0.3f), patch) * (0.85f + 0.25f * (1 - depth))
                : Vector3.Lerp(new(0.06f, 0.11f, 0.05f), new(0.26f, 0.36f, 0.15f), dark);
        });
        var random = new SampleRandom(seed, 1);
        for (var i = 0; i < 2600; i++)
        {
            var centre = new Vector2(size.X * (float)random.NextDouble(), (ground + 8) * (float)random.NextDouble());
            var clump = ValueNoise.Fractal(centre / 170, 3, seed + 40);
            var light = Shape.Step(1.9f * clump - 0.45f) * (0.4f + 0.6f * (float)random.NextDouble());
            var colour = Vector3.Lerp(new(0.08f, 0.15f, 0.06f), new(0.5f, 0.6f, 0.24f), light);
            canvas.Ellipse(centre, new Vector2(5 + 11 * (float)random.NextDouble()), 0, colour, 0.55f, 4);
        }

        // The sky through the leaves.
        for (var i = 0; i < 260; i++)
        {
            var centre = new Vector2(size.X * (float)random.NextDouble(), 0.62f * ground * MathF.Pow((float)random.NextDouble(), 1.6f));
            if (ValueNoise.Fractal(centre / 150, 3, seed + 60) > 0.52f)
            {
                canvas.Ellipse(centre, new Vector2(3 + 9 * (float)random.NextDouble()), 0, new(0.86f, 0.92f, 0.93f), 0.75f, 3);
            }
        }

        foreach (var x in new[] { 0.09f, 0.31f, 0.58f, 0.87f })
        {
            var middle = size.X * (x + 0.05f * (float)random.NextDouble());
            var wide = 9 + 12 * (float)random.NextDouble();
            canvas.Paint(new(middle - 60, 0.15f * ground), new(middle + 60, ground + 14), (place, _) =>
            {
                var bend = 9 * (ValueNoise.At(new(place.Y / 90, x), seed) - 0.5f) + 7 * Shape.Step((place.Y - ground + 30) / 50) * Math.Sign(place.X - middle);
                var bark = ValueNoise.Fractal(new(place.X / 5, place.Y / 30), 3, seed + 5);
                return (new Vector3(0.2f, 0.17f, 0.13f) * (0.6f + 0.7f * bark) * (1 - (place.X - middle) / 60), 0.9f * Shape.Cover(Math.Abs(place.X - middle - bend) - wide, 5) * Shape.Step((place.Y - 0.15f * ground) / 130));
            });
        }

        canvas.Blur(4.2f);
    }

    /// <summary>Leaves in front, in focus, from a height on.</summary>
    public static void Hedge(Canvas canvas, float top, int seed)
    {
        var random = new SampleRandom(seed, 2);
        float Above(float x) => top + 16 * (ValueNoise.Fractal(new(x / 60, 0), 3, seed) - 0.5f);
        canvas.Paint(new(0, top - 20), new(canvas.Width, canvas.Height), (place, _) =>
            (new Vector3(0.05f, 0.09f, 0.04f), Shape.Cover(Above(place.X) + 4 - place.Y, 6)));
        var count = canvas.Width * (int)(canvas.Height - top) / 14;
        for (var i = 0; i < count; i++)
        {
            var x = canvas.Width * (float)random.NextDouble();
            var down = (canvas.Height - top) * (float)random.NextDouble();
            var centre = new Vector2(x, Above(x) + down);
            // The later, the further out, and so the lighter; lighter above too, where the sky is.
            var outer = i / (float)count;
            var clump = ValueNoise.Fractal(centre / 46, 3, seed + 9);
            var light = (0.35f + 0.75f * outer) * (0.45f + 1.05f * clump) * (0.85f + 0.5f * MathF.Exp(-down / 25)) * (0.7f + 0.6f * (float)random.NextDouble());
            var colour = Vector3.Lerp(new(0.2f, 0.33f, 0.12f), new(0.42f, 0.5f, 0.2f), (float)random.NextDouble());
            canvas.Ellipse(centre, new(2.6f + 2.6f * (float)random.NextDouble(), 1.5f + (float)random.NextDouble()), 3.1f * (float)random.NextDouble(), light * colour, 0.92f, 1.2f);
        }
    }

    /// <summary>A lake with a far shore of mountains, below a sky with clouds.</summary>
    /// <param name="shore">Where the water begins, in pixels from the top.</param>
    public static void Lake(Canvas canvas, float shore, int seed)
    {
        canvas.Fill(place => Sky(place, shore, seed));
        (float Height, float Rough, Vector3 Colour)[] ranges =
        [
            (0.44f, 0.3f, new(0.62f, 0.7f, 0.79f)), (0.3f, 0.22f, new(0.45f, 0.55f, 0.62f)), (0.16f, 0.12f, new(0.27f, 0.37f, 0.36f)), (0.07f, 0.05f, new(0.16f, 0.23f, 0.15f)),
        ];
        foreach (var (i, (height, rough, colour)) in ranges.Index())
        {
            canvas.Paint(Vector2.Zero, new(canvas.Width, shore), (place, _) =>
            {
                var ridge = shore * (1 - height + rough * (ValueNoise.Fractal(new(place.X / (300 - 50 * i) + 10 * i, i), 7, seed + 3 * i) - 0.5f) * 2);
                var below = (place.Y - ridge) / (shore * height);
                var rock = ValueNoise.Fractal(new(place.X / 24 + place.Y / 60, place.Y / 40 - place.X / 70), 5, seed + 30 + i);
                var shaded = colour * (0.84f + 0.32f * rock);
                // Snow on the highest, in the gullies.
                var snow = i == 0 ? Shape.Step((0.3f - below + 0.55f * (rock - 0.5f)) / 0.12f) : 0;
                shaded = Vector3.Lerp(shaded, new(0.9f, 0.93f, 0.97f), 0.85f * snow * Shape.Step((rock - 0.36f) / 0.2f));
                return (Vector3.Lerp(shaded, new(0.7f, 0.77f, 0.83f), i < 3 ? 0.28f * Shape.Step(below) : 0), Shape.Cover(ridge - place.Y, 2));
            });
        }

        canvas.Paint(new(0, shore), new(canvas.Width, canvas.Height), (place, _) =>
        {
            var near = (place.Y - shore) / (canvas.Height - shore);
            // In perspective: waves become smaller and closer towards the far shore.
            var distance = 1 / (near + 0.05f);
            var wave = ValueNoise.Fractal(new((place.X - canvas.Width / 2f) * distance / 75, 7 * distance), 4, seed + 50);
            var water = Vector3.Lerp(new(0.42f, 0.53f, 0.56f), new(0.2f, 0.37f, 0.42f), Shape.Step(1.4f * near + 0.2f));
            // The dark shore is mirrored.
            var mirrored = MathF.Exp(-near / 0.05f) * 0.55f;
            return (Vector3.Lerp(water, new(0.17f, 0.25f, 0.2f), mirrored) + new Vector3(0.2f) * MathF.Pow(Shape.Step((wave - 0.52f) * 3), 2) + new Vector3(0.24f) * (wave - 0.5f), 1);
        });
        canvas.Blur(1.5f);
    }

    /// <summary>A wall of rough plaster with light from the left.</summary>
    public static void Wall(Canvas canvas, Vector3 colour, int seed) => canvas.Fill(place =>
    {
        var rough = ValueNoise.Fractal(place / 9, 4, seed);
        var stain = ValueNoise.Fractal(place / 260, 4, seed + 8);
        return colour * (0.86f + 0.12f * rough + 0.22f * (stain - 0.5f)) * (1.1f - 0.25f * place.X / canvas.Width);
    });

    /// <summary>A parapet of stones, from a height on.</summary>
    public static void Parapet(Canvas canvas, float top, int seed) => canvas.Paint(new(0, top - 30), new(canvas.Width, canvas.Height), (place, _) =>
    {
        var ledge = place.Y < top + 16;
        var course = (int)((place.Y - top - 16) / 46);
        var y = (place.Y - top - 16) / 46 - course;
        var shifted = place.X / 105 + 0.37f * course + 0.25f * ValueNoise.At(new(place.X / 140, course), seed);
        var stone = (int)MathF.Floor(shifted);
        var x = shifted - stone;
        var wobble = 0.03f * (ValueNoise.Fractal(place / 13, 3, seed + 2) - 0.5f);
        var joint = ledge ? 0 : Shape.Step(1 - (Math.Min(Math.Min(x, 1 - x) * 2.2f, Math.Min(y, 1 - y)) + wobble) / 0.07f);
        var rough = ValueNoise.Fractal(place / 5, 4, seed + 4);
        var tint = ledge ? 1.22f : 0.82f + 0.3f * ValueNoise.At(new(stone * 3.7f, course * 2.9f), seed + 6) + 0.1f * (0.5f - y);
        var lichen = Shape.Step((ValueNoise.Fractal(place / 50, 4, seed + 8) - 0.56f) / 0.1f);
        var colour = Vector3.Lerp(new(0.5f, 0.48f, 0.45f), new(0.5f, 0.5f, 0.36f), 0.6f * lichen) * tint * (0.72f + 0.5f * rough) * (1 - 0.5f * joint);
        var shade = ledge ? 1 : 0.7f + 0.3f * Shape.Step((place.Y - top - 16) / 16);
        return (colour * shade, Shape.Cover(top - place.Y + 3 * (rough - 0.5f), 1.5f));
    });

    private static Vector3 Sky(Vector2 place, float horizon, int seed)
    {
        var height = 1 - place.Y / horizon;
        var blue = Vector3.Lerp(new(0.78f, 0.86f, 0.92f), new(0.33f, 0.53f, 0.78f), Shape.Step(0.15f + height));
        var stretch = new Vector2(place.X / 330, place.Y / 130);
        var shift = ValueNoise.Fractal(2 * stretch, 3, seed + 71);
        var cloud = Shape.Step((ValueNoise.Fractal(stretch + new Vector2(shift), 6, seed + 70) - 0.47f) / 0.22f);
        var underside = ValueNoise.Fractal(stretch * 1.3f + new Vector2(0, 0.35f), 4, seed + 72);
        return Vector3.Lerp(blue, Vector3.Lerp(new(0.75f, 0.78f, 0.83f), new(0.97f, 0.97f, 0.97f), underside), 0.9f * cloud);
    }
}
