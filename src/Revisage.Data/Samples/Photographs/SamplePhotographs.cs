using System.Numerics;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Data.Samples.Photographs;

/// <summary>A photograph that was painted around sample faces.</summary>
/// <param name="Upright">8 bits.</param>
/// <param name="Orientation">As <see cref="JpegOrientation"/> has it.</param>
/// <param name="Faces">Their boxes from forehead to chin, in pixels of the upright picture.</param>
public sealed record SamplePhotograph(string Name, Image Upright, int Orientation, IReadOnlyList<FaceBox> Faces);

/// <summary>Whole photographs of people who do not exist: sample faces of 12 to 60 pixels with painted bodies in painted places.</summary>
public static class SamplePhotographs
{
    /// <summary>Of the photographs that <see cref="Paint"/> gives, in their order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["park", "stand", "lake"];

    private static readonly Vector3[] Colours =
    [
        new(0.31f, 0.37f, 0.48f), new(0.52f, 0.27f, 0.27f), new(0.7f, 0.68f, 0.63f), new(0.21f, 0.23f, 0.26f), new(0.38f, 0.45f, 0.4f),
        new(0.68f, 0.58f, 0.4f), new(0.46f, 0.39f, 0.46f), new(0.48f, 0.58f, 0.66f), new(0.36f, 0.3f, 0.26f), new(0.74f, 0.74f, 0.75f),
    ];

    private static readonly Vector3[] Hairs =
    [
        new(0.11f, 0.09f, 0.08f), new(0.2f, 0.14f, 0.1f), new(0.3f, 0.21f, 0.14f), new(0.13f, 0.1f, 0.09f), new(0.52f, 0.42f, 0.28f), new(0.5f, 0.49f, 0.48f), new(0.33f, 0.19f, 0.12f),
    ];

    /// <param name="faces">Square, as the training faces are cut and as large as a model makes them.</param>
    public static IEnumerable<SamplePhotograph> Paint(IReadOnlyList<Image> faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentOutOfRangeException.ThrowIfZero(faces.Count);
        var painted = faces.Select(face => new PaintedFace(RgbPicture.Of(face))).ToArray();
        painted = [.. painted, .. painted.Select(face => face.Mirrored())];
        yield return Group(painted);
        yield return Stand(painted);
        yield return Couple(painted);
    }

    /// <summary>Eight people in two rows behind a hedge in a park, faces of 46 to 60 pixels.</summary>
    private static SamplePhotograph Group(PaintedFace[] faces)
    {
        var canvas = new Canvas(1200, 830);
        Scenery.Park(canvas, 395, 11);
        var random = new SampleRandom(21, 0);
        int[] order = [2, 5, 7, 3, 9, 1, 8, 0];
        var people = new List<Person>();
        for (var i = 0; i < order.Length; i++)
        {
            var back = i < 4;
            var side = (back ? 56 : 64) * Between(0.94f, 1.04f, ref random);
            var x = back ? 398 + 140 * i : 330 + 162 * (i - 4);
            var centre = new Vector2(x + Between(-9, 9, ref random), (back ? 345 : 452) + Between(-15, 15, ref random));
            people.Add(Someone(faces[order[i] % faces.Length], centre, side, i, ref random) with { Cap = false });
            people[^1].Draw(canvas);
        }

        Scenery.Hedge(canvas, 655, 5);
        return Finish(Names[0], canvas, 0.7f, 0.01f, JpegOrientation.Upright, people, 31);
    }

    /// <summary>Spectators on a stand, faces of 12 to 26 pixels.</summary>
    private static SamplePhotograph Stand(PaintedFace[] faces)
    {
        var canvas = new Canvas(1280, 690);
        Scenery.Wall(canvas, new(0.58f, 0.57f, 0.55f), 3);
        var random = new SampleRandom(22, 0);
        var people = new List<Person>();
        var (y, last) = (150f, -1);
        for (var row = 0; row < 6; row++)
        {
            var side = 15.2f + 2.9f * row;
            Step(canvas, y + 0.2f * side, side, row);
            for (var x = 50 + Between(0, 2 * side, ref random); x < canvas.Width - 40; x += side * 2.75f)
            {
                var centre = new Vector2(x + side * Between(-0.25f, 0.25f, ref random), y + side * Between(-0.16f, 0.16f, ref random));
                if (random.NextDouble() < 0.36 + 0.03 * row)
                {
                    Seat(canvas, new(x, y), side);
                    continue;
                }

                int chosen;
                do
                {
                    chosen = random.Next(0, faces.Length - 1);
                }
                while (faces.Length > 2 && chosen % (faces.Length / 2) == last);
                last = chosen % (faces.Length / 2);
                people.Add(Someone(faces[chosen], centre, side * Between(0.93f, 1.07f, ref random), people.Count, ref random));
                people[^1].Draw(canvas);
            }

            y += 2.9f * side;
        }

        canvas.Paint(new(0, y - 20), new(canvas.Width, canvas.Height), (place, _) =>
        {
            var rough = ValueNoise.Fractal(place / new Vector2(200, 6), 3, 77);
            return (new Vector3(0.18f, 0.27f, 0.4f) * (0.9f + 0.25f * rough) * (1 - 0.2f * (place.Y - y) / 100), Shape.Cover(y - 8 - place.Y, 1.5f));
        });
        canvas.Paint(new(0, y - 22), new(canvas.Width, y), (place, _) =>
            (new Vector3(0.72f) * (1 - 0.06f * Math.Abs(place.Y - y + 13)), Shape.Cover(Math.Abs(place.Y - y + 12) - 4, 1.5f)));
        return Finish(Names[1], canvas, 0.75f, 0.012f, JpegOrientation.Upright, people, 32);
    }

    private static void Step(Canvas canvas, float y, float side, int row) => canvas.Paint(new(0, y), new(canvas.Width, canvas.Height), (place, _) =>
    {
        var down = (place.Y - y) / (2.9f * side);
        var rough = ValueNoise.Fractal(place / 7, 3, 60 + row);
        var light = down < 0.12f ? 0.62f : 0.4f - 0.1f * down;
        return (new Vector3(1, 0.98f, 0.95f) * light * (0.85f + 0.3f * rough), Shape.Cover(-place.Y + y + 1, 2));
    });

    private static void Seat(Canvas canvas, Vector2 head, float side) => canvas.Paint(
        head + new Vector2(-1.3f, 0.6f) * side, head + new Vector2(1.3f, 3.2f) * side, (place, _) =>
        {
            var at = (place - head) / side;
            var distance = Math.Max(Math.Abs(at.X) - 0.92f + 0.1f * Shape.Step((at.Y - 1) / 2), Math.Abs(at.Y - 1.95f) - 0.85f);
            return (new Vector3(0.2f, 0.33f, 0.52f) * (1.15f - 0.35f * at.X * at.X - 0.22f * (at.Y - 1)), Shape.Cover(distance * side, 2.5f));
        });

    /// <summary>Two people before a lake, as a phone held upright takes them: the pixels lie on their side, and EXIF says so.</summary>
    private static SamplePhotograph Couple(PaintedFace[] faces)
    {
        var canvas = new Canvas(1050, 1400);
        Scenery.Lake(canvas, 720, 7);
        var random = new SampleRandom(23, 0);
        Scenery.Parapet(canvas, 1268, 9);
        var left = Someone(faces[9 % faces.Length], new(446, 1142), 66, 3, ref random) with { Outfit = Outfit.Shirt, Hair = Hairs[2], LongHair = true, Cap = false };
        var right = Someone(faces[8 % faces.Length], new(592, 1106), 69, 0, ref random) with { Outfit = Outfit.Jacket, LongHair = false, Cap = false };
        left.Draw(canvas);
        right.Draw(canvas);
        return Finish(Names[2], canvas, 0.7f, 0.009f, JpegOrientation.TurnClockwise, [left, right], 33);
    }

    private static Person Someone(PaintedFace face, Vector2 centre, float side, int number, ref SampleRandom random) => new(
        face, centre, side, Between(-0.09f, 0.09f, ref random), (Outfit)(random.Next(0, 6) * 3 % 7 / 3), Colours[(3 * number + random.Next(0, 2)) % Colours.Length], Hairs[random.Next(0, Hairs.Length - 1)],
        random.NextDouble() < 0.3, random.NextDouble() < 0.1, random.Next(0, 9999));

    /// <summary>What lens, sensor and camera do: softness, darker corners, noise, a curve of tones.</summary>
    private static SamplePhotograph Finish(string name, Canvas canvas, float blur, float noise, int orientation, IReadOnlyList<Person> people, int seed)
    {
        canvas.Blur(blur);
        var random = new SampleRandom(seed, 0);
        var half = new Vector2(canvas.Width, canvas.Height) / 2;
        canvas.Paint(Vector2.Zero, 2 * half, (place, colour) =>
        {
            var corner = ((place - half) / half).LengthSquared() / 2;
            colour *= 1 - 0.22f * corner * corner;
            var tones = Vector3.Clamp(colour, Vector3.Zero, Vector3.One);
            colour = Vector3.Lerp(tones, tones * tones * (new Vector3(3) - 2 * tones), 0.2f);
            var grain = noise * (1.2f - colour.Y);
            var all = Normal(ref random);
            return (colour + grain * new Vector3(all + 0.5f * Normal(ref random), all + 0.35f * Normal(ref random), all + 0.6f * Normal(ref random)), 1);
        });
        // Demosaicing and a camera's own noise filter smooth the grain.
        canvas.Blur(0.45f);
        return new SamplePhotograph(name, Image.FromRgb24(canvas.Width, canvas.Height, canvas.ToImage().ToRgb24()), orientation, [.. people.Select(person => person.Box)]);
    }

    private static float Normal(ref SampleRandom random) =>
        (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() + random.NextDouble() - 2) * 1.732f;

    private static float Between(float from, float to, ref SampleRandom random) => float.Lerp(from, to, (float)random.NextDouble());
}
