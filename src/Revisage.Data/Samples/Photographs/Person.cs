using System.Numerics;
using Revisage.Faces;

namespace Revisage.Data.Samples.Photographs;

/// <summary>What a person wears.</summary>
internal enum Outfit
{
    Shirt,
    Striped,
    Jacket,
}

/// <summary>Someone who does not exist, from the hair to the hips: a sample face, and a body painted around it.</summary>
/// <param name="Centre">Of the face's crop, in pixels.</param>
/// <param name="Side">Of the face's crop, in pixels; from forehead to chin it is about 0.85 of that.</param>
/// <param name="Turn">Of the head, in radians.</param>
internal sealed record Person(PaintedFace Face, Vector2 Centre, float Side, float Turn, Outfit Outfit, Vector3 Clothes, Vector3 Hair, bool LongHair, bool Cap, int Seed)
{
    // Light falls from the left above.
    private const float Slant = 0.13f;

    /// <summary>From forehead to chin.</summary>
    public FaceBox Box => new(Centre.X - 0.34 * Side, Centre.Y - 0.39 * Side, 0.68 * Side, 0.85 * Side);

    private float Edge => Math.Clamp(Side / 40, 1.1f, 2);

    public void Draw(Canvas canvas)
    {
        CastShadow(canvas);
        if (LongHair)
        {
            DrawHair(canvas, new(0, 0.12f), new(0.47f, 0.72f));
        }

        DrawBody(canvas);
        DrawNeck(canvas);
        DrawHair(canvas, new(0, -0.1f), new(0.43f, 0.53f));
        DrawEars(canvas);
        DrawFace(canvas);
        DrawHairline(canvas);
        if (Cap)
        {
            DrawCap(canvas);
        }
    }

    /// <summary>Paints around the head's centre by places in crops.</summary>
    private void Paint(Canvas canvas, float reach, float below, Func<Vector2, Vector3, (Vector3 Colour, float Share)> brush) => canvas.PaintPerson(
        Centre - new Vector2(reach * Side), Centre + new Vector2(reach, below) * Side, (place, under) => brush((place - Centre) / Side, under));

    private void CastShadow(Canvas canvas) => canvas.Shadow(
        Centre - new Vector2(2 * Side), Centre + new Vector2(2, 6) * Side, at =>
        {
            var place = (at - Centre) / Side;
            var body = Shape.Ellipse(place - new Vector2(0.2f, 2.4f), new(1.2f, 2));
            var head = Shape.Ellipse(place - new Vector2(0.16f, 0.05f), new(0.48f, 0.62f));
            return 0.6f * Shape.Cover(Math.Min(body, head), 0.5f);
        });

    private void DrawHair(Canvas canvas, Vector2 centre, Vector2 radii) => Paint(canvas, 1, 1.2f, (place, _) =>
    {
        var head = Shape.Turn(place, -Turn);
        return (HairAt(head), Shape.Cover((Shape.Ellipse(head - centre, radii) + Uneven(head)) * Side, 2.4f * Edge));
    });

    /// <summary>What falls over forehead and temples.</summary>
    private void DrawHairline(Canvas canvas) => Paint(canvas, 0.6f, 0.2f, (place, _) =>
    {
        var head = Shape.Turn(place, -Turn);
        var parting = 0.5f * (Seed % 5 - 2) / 2;
        var receding = Seed % 4 == 0 ? 0.06f : 0;
        var line = -0.36f - receding + 2.5f * head.X * head.X + 0.3f * parting * head.X + 2.4f * Uneven(head);
        var distance = Math.Max(head.Y - line, Shape.Ellipse(head - new Vector2(0, -0.12f), new(0.43f, 0.53f)));
        return (HairAt(head) * (0.8f + 0.2f * Shape.Step((line - head.Y) / 0.12f)), Shape.Cover(distance * Side, Math.Max(0.1f * Side, 2 * Edge)));
    });

    // A border that is no exact ellipse.
    private float Uneven(Vector2 head) => 0.07f * (ValueNoise.Fractal(head * 9 + new Vector2(50), 2, Seed) - 0.5f);

    private Vector3 HairAt(Vector2 head)
    {
        // Strands lie around the head, from a parting down.
        var crown = head - new Vector2(0.02f * (Seed % 5 - 2), -0.75f);
        var strand = ValueNoise.Fractal(new(34 * MathF.Atan2(crown.X, crown.Y), 3 * crown.Length()), 2, Seed + 7);
        var shine = MathF.Exp(-16 * (head - new Vector2(-0.13f, -0.45f)).LengthSquared());
        return Hair * (0.72f + 0.5f * strand) * (1.02f - 0.5f * head.X - 0.25f * head.Y) + new Vector3(0.12f, 0.11f, 0.1f) * shine * strand;
    }

    private void DrawEars(Canvas canvas)
    {
        if (LongHair)
        {
            return;
        }

        Paint(canvas, 1, 1, (place, _) =>
        {
            var head = Shape.Turn(place, -Turn);
            var side = head.X < 0 ? -1 : 1;
            var ear = head - new Vector2(0.375f * side, 0.02f);
            return (Face.Skin * (side < 0 ? 0.9f : 0.68f) * (0.8f + 4 * Math.Abs(ear.X)), Shape.Cover(Shape.Ellipse(ear, new(0.055f, 0.12f)) * Side, Edge));
        });
    }

    private void DrawNeck(Canvas canvas) => Paint(canvas, 1, 1.4f, (place, _) =>
    {
        var half = 0.215f + 0.1f * Shape.Step((place.Y - 0.5f) / 0.2f);
        var distance = Math.Max(Math.Abs(place.X) - half, place.Y - OpeningDepth(place.X));
        var under = Shape.Step((place.Y - 0.36f) / 0.3f);
        return (Face.Skin * (0.5f + 0.36f * under) * (1 - 0.9f * place.X), Shape.Cover(Math.Max(distance, 0.1f - place.Y) * Side, Edge));
    });

    /// <summary>How far down skin shows, in crops.</summary>
    private float OpeningDepth(float x) => Outfit switch
    {
        Outfit.Shirt => 0.84f - 1.8f * Math.Abs(x),
        Outfit.Striped => 0.66f - 1.1f * x * x,
        _ => 0.6f - 0.6f * x * x,
    };

    private void DrawBody(Canvas canvas) => Paint(canvas, 1.7f, 8, (place, _) =>
    {
        var across = Math.Abs(place.X);
        var drop = place.Y - 0.5f;
        // From the neck along the shoulders, then down the arms.
        var half = 0.22f + 0.4f * Shape.Step(drop / 0.24f) + 0.42f * MathF.Sqrt(Shape.Step((drop - 0.06f) / 0.75f)) + 0.07f * Shape.Step((drop - 0.7f) / 1.3f);
        half += 0.05f * (ValueNoise.Fractal(new(place.Y * 2.1f, place.X > 0 ? 9 : 3), 3, Seed + 3) - 0.5f);
        var distance = Math.Max(across - half, -drop);
        var waved = new Vector2(1.6f * place.X + 0.5f * place.Y * (2 * Shape.Step(0.5f + 1.4f * place.X) - 1), 1.3f * place.Y - 0.8f * across);
        var fold = ValueNoise.Fractal(waved * 1.3f, 3, Seed + 11);
        var crease = 1 - 2 * Math.Abs(ValueNoise.Fractal(waved * 1.1f + new Vector2(0.7f * fold), 1, Seed + 15) - 0.5f);
        // The arms are rounds of their own, from the armpit on.
        var seam = 0.7f - 0.05f * (fold - 0.5f) - 0.05f * Shape.Step((drop - 1.2f) / 1.5f);
        var apart = Shape.Step((drop - 0.55f) / 0.7f);
        var arm = (across - seam) / Math.Max(0.1f, half - seam);
        var round = arm > 0 && half > seam ? 1 - apart * (0.55f * MathF.Pow(2 * arm - 0.9f, 2)) - (1 - apart) * 0.4f * arm * arm : 1 - apart * 0.25f * MathF.Pow(Math.Min(across / seam, 1), 6);
        var gap = apart * MathF.Exp(-MathF.Pow((across - seam) / 0.03f, 2));
        var neckShadow = MathF.Exp(-11 * (place - new Vector2(0.05f, 0.52f)).LengthSquared());
        var light = (0.66f + 0.36f * fold + 0.16f * crease) * (round - 0.16f * place.X) * (1 - 0.32f * gap) * (1 - 0.3f * neckShadow) * (1 - 0.05f * drop);
        light *= 1 + 0.12f * Shape.Step(1 - drop / 0.6f);
        var weave = 0.05f * (ValueNoise.At(place * 45, Seed) - 0.5f);
        return ((light + weave) * Cloth(place + new Vector2(0, 0.12f * (fold - 0.5f)), drop), Shape.Cover(distance * Side, Edge));
    });

    private Vector3 Cloth(Vector2 place, float drop)
    {
        var white = new Vector3(0.8f, 0.81f, 0.83f);
        var across = Math.Abs(place.X);
        switch (Outfit)
        {
            case Outfit.Striped:
                var stripe = Shape.Step(3 * (0.5f + 0.5f * MathF.Sin(34 * (place.Y + 0.16f * across * across))) - 1);
                return Vector3.Lerp(Clothes, white, 0.5f * stripe);
            case Outfit.Jacket:
                // A shirt shows between the lapels, perhaps a tie on it; below, buttons close it.
                var open = 0.27f * (1 - drop / 1.15f);
                var shirt = Shape.Cover((across - open) * Side, Edge);
                var lapel = drop < 1.25f ? MathF.Exp(-MathF.Pow((across - open - 0.16f) / 0.025f, 2)) : 0;
                var front = drop > 1.1f ? MathF.Exp(-MathF.Pow((place.X - 0.02f) / 0.02f, 2)) : 0;
                var tie = Seed % 2 == 0 ? Shape.Cover((across - 0.05f - 0.02f * drop) * Side, Edge) : 0;
                return Vector3.Lerp((1 - 0.25f * lapel - 0.3f * front) * Clothes, Vector3.Lerp(white, new(0.36f, 0.16f, 0.2f), tie), shirt);
            default:
                // A collar.
                var collar = drop < 0.3f && across < 0.34f ? MathF.Exp(-MathF.Pow((across - 0.2f - 0.25f * (0.3f - drop)) / 0.02f, 2)) : 0;
                return (1 - 0.3f * collar) * Clothes;
        }
    }

    private void DrawFace(Canvas canvas)
    {
        var face = Face.Sized(Side);
        Vector2[] within = [new(-0.25f, -0.25f), new(0.25f, -0.25f), new(-0.25f, 0.25f), new(0.25f, 0.25f)];
        Paint(canvas, 0.6f, 0.6f, (place, _) =>
        {
            var head = Shape.Turn(place, -Turn);
            var colour = Vector3.Zero;
            foreach (var part in within)
            {
                colour += face(Shape.Turn(place + part / Side, -Turn)) / 4;
            }

            // Narrower at the chin than at the temples, and softer at the hairline.
            var wide = 0.375f - 0.09f * Shape.Step((head.Y - 0.08f) / 0.42f);
            var away = new Vector2(head.X / wide, (head.Y + 0.02f) / 0.48f).Length();
            var soft = head.Y < 0 ? 0.3f : 0.16f;
            return (colour * (1 - Slant * head.X), Shape.Step((1.02f - away) / soft));
        });
    }

    private void DrawCap(Canvas canvas) => Paint(canvas, 1, 0.3f, (place, _) =>
    {
        var head = Shape.Turn(place, -Turn);
        var crown = Math.Max(Shape.Ellipse(head - new Vector2(0, -0.16f), new(0.45f, 0.5f)), head.Y + 0.3f + 0.15f * head.X * head.X);
        var brim = Shape.Ellipse(head - new Vector2(0, -0.29f), new(0.4f, 0.07f));
        var shade = brim < 0 ? 0.6f : 1 - 0.5f * head.X + 0.4f * (head.Y + 0.5f);
        return (shade * Vector3.Lerp(Clothes, new(0.3f, 0.32f, 0.36f), Seed % 3 / 2f), Shape.Cover(Math.Min(crown, brim) * Side, Edge));
    });
}
