using System.Numerics;
using Revisage.Data.Crops;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Data.Prepare;

/// <summary>
/// Finds the points of a face whose crop follows no convention, by a network that knows faces cut by one: what it sees says
/// where the crop should have been, and there it looks again, until it stays.
/// </summary>
/// <param name="find">The 68 points of a face that is cut as good ones are.</param>
internal sealed class PoorFaceAligner(Func<Image, Landmarks> find)
{
    private static readonly AlignedCrop Known = new();

    private const int Looks = 6;

    // Of the side, as the others: a crop that moves by less shows the same.
    private const double Settled = 0.03;

    // Mean distance between the points and those of the mirror image. Good faces' differ by about a hundredth; what is no
    // face has points that follow the network's habit, and not the picture.
    private const double Unsure = 0.04;

    // Of the first guess: crops come tight, and with as much again around them.
    private static readonly double[] Guesses = [1, 0.75];

    /// <returns>In pixels of the picture; null where the network sees no face that it is sure of.</returns>
    public Landmarks? FindIn(RgbPicture picture, FaceBox guess) =>
        Guesses.Select(share => Follow(picture, guess.Scaled(share))).FirstOrDefault(landmarks => landmarks is not null);

    private Landmarks? Follow(RgbPicture picture, FaceBox square)
    {
        var largest = 2 * Math.Max(picture.Width, picture.Height);
        for (var look = 0; look < Looks; look++)
        {
            var (part, left, top) = Part(picture, square);
            var seen = find(part.ToImage());
            if (Known.Plan(picture.Width, picture.Height, null, seen.Transformed(Matrix3x2.CreateTranslation(left, top)))?.Face is not { } next || !(next.Width > 1 && next.Width < largest))
            {
                return null;
            }

            var moved = Math.Max(Math.Abs(next.Width - square.Width), Math.Max(Math.Abs(Middle(next).X - Middle(square).X), Math.Abs(Middle(next).Y - Middle(square).Y)));
            if (moved < Settled * square.Width)
            {
                return AgreedWithMirror(seen, part)?.Transformed(Matrix3x2.CreateTranslation(left, top));
            }

            square = next;
        }

        return null;
    }

    /// <summary>Means of what the network finds in a crop and in its mirror image; null where these lie apart.</summary>
    private Landmarks? AgreedWithMirror(Landmarks seen, RgbPicture part)
    {
        var mirrored = find(part.Mirrored().ToImage()).Mirrored(part.Width);
        var points = new Vector2[Landmarks.Count];
        var apart = 0.0;
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = (seen[i] + mirrored[i]) / 2;
            apart += Vector2.Distance(seen[i], mirrored[i]) / points.Length;
        }

        return apart < Unsure * part.Width ? new Landmarks(points) : null;
    }

    private static (RgbPicture Part, int Left, int Top) Part(RgbPicture picture, FaceBox square)
    {
        var side = Math.Max(1, (int)Math.Round(square.Width));
        var (left, top) = ((int)Math.Round(square.Left), (int)Math.Round(square.Top));
        return (picture.Part(left, top, side, side), left, top);
    }

    private static (double X, double Y) Middle(FaceBox box) => (box.Left + box.Width / 2, box.Top + box.Height / 2);
}
