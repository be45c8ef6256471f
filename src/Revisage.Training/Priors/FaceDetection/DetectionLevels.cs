using Revisage.Faces;

namespace Revisage.Training.Priors.FaceDetection;

/// <summary>Which faces a stride is to find.</summary>
/// <param name="Stride">Pixels a cell.</param>
/// <param name="From">Larger side of the smallest face, in pixels.</param>
/// <param name="To">Of the largest.</param>
public sealed record DetectionLevel(int Stride, double From, double To)
{
    // Faces near a border between two levels are learned by both: neither is punished for what the other finds.
    private const double Both = 1.15;

    /// <summary>The four, finest first.</summary>
    public static IReadOnlyList<DetectionLevel> All { get; } =
    [
        new(4, 8, 26), new(8, 26, 64), new(16, 64, 144), new(32, 144, double.PositiveInfinity),
    ];

    /// <summary>Whether it learns a face.</summary>
    public bool Takes(FaceBox face) => face.Size >= (From > Smallest ? From / Both : Smallest) && face.Size < To * Both;

    /// <summary>Faces of a smaller larger side are neither to be found nor to be passed over.</summary>
    public const double Smallest = 8;
}

/// <summary>
/// What every cell of the maps of some pictures is to say. Cells are numbered level by level, in a level picture by picture, in a
/// picture row by row.
/// </summary>
/// <param name="Scores">1 for cells near a face's centre, else 0.</param>
/// <param name="Counts">0 for cells that are neither right nor wrong, else 1.</param>
/// <param name="Cells">The cells whose score is 1.</param>
/// <param name="Faces">The face of each of those, in strides from the cell's centre: centre x and y, width, height, then five landmarks or NaN.</param>
public sealed record DetectionTargets(float[] Scores, float[] Counts, IReadOnlyList<int> Cells, IReadOnlyList<float[]> Faces)
{
    // Of the box's side, from the centre each way: cells further out see more of the border than of the face.
    private const double Middle = 0.28;

    /// <param name="side">Of every picture, a multiple of the largest stride.</param>
    /// <param name="pictures">The faces of each.</param>
    /// <param name="ignored">Boxes of each that are neither right nor wrong.</param>
    public static DetectionTargets Of(int side, IReadOnlyList<IReadOnlyList<ShownFace>> pictures, IReadOnlyList<IReadOnlyList<FaceBox>> ignored)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentNullException.ThrowIfNull(ignored);
        var total = DetectionLevel.All.Sum(level => pictures.Count * (side / level.Stride) * (side / level.Stride));
        var (scores, counts) = (new float[total], new float[total]);
        Array.Fill(counts, 1);
        var owners = new Dictionary<int, ShownFace>();
        var first = 0;
        foreach (var level in DetectionLevel.All)
        {
            var cells = side / level.Stride;
            for (var picture = 0; picture < pictures.Count; picture++, first += cells * cells)
            {
                // Small ones last, which so keep their cells beside a large face.
                foreach (var face in pictures[picture].OrderByDescending(face => face.Box.Size))
                {
                    Mark(face, level, cells, first);
                }

                foreach (var box in ignored[picture])
                {
                    Ignore(box, level.Stride, cells, first);
                }
            }
        }

        var positive = owners.Keys.Order().ToArray();
        return new DetectionTargets(scores, counts, positive, [.. positive.Select(cell => Relative(owners[cell], cell))]);

        void Mark(ShownFace face, DetectionLevel level, int cells, int first)
        {
            if (face.Box.Size < DetectionLevel.Smallest)
            {
                Ignore(face.Box, level.Stride, cells, first);
            }
            else if (level.Takes(face.Box))
            {
                var (x, y) = (face.Box.CentreX / level.Stride, face.Box.CentreY / level.Stride);
                var (reachX, reachY) = (Middle * face.Box.Width / level.Stride, Middle * face.Box.Height / level.Stride);
                for (var row = Math.Max(0, (int)(y - reachY) - 1); row < Math.Min(cells, y + reachY + 1); row++)
                {
                    for (var column = Math.Max(0, (int)(x - reachX) - 1); column < Math.Min(cells, x + reachX + 1); column++)
                    {
                        var holdsCentre = column == (int)Math.Floor(x) && row == (int)Math.Floor(y);
                        if (holdsCentre || Math.Abs(column + 0.5 - x) <= reachX && Math.Abs(row + 0.5 - y) <= reachY)
                        {
                            var cell = first + row * cells + column;
                            (scores[cell], counts[cell]) = (1, 1);
                            owners[cell] = face;
                        }
                    }
                }
            }
        }

        void Ignore(FaceBox box, int stride, int cells, int first)
        {
            for (var row = Math.Max(0, (int)(box.Top / stride)); row < Math.Min(cells, Math.Ceiling(box.Bottom / stride)); row++)
            {
                for (var column = Math.Max(0, (int)(box.Left / stride)); column < Math.Min(cells, Math.Ceiling(box.Right / stride)); column++)
                {
                    var cell = first + row * cells + column;
                    counts[cell] = scores[cell] > 0 ? 1 : 0;
                }
            }
        }

        float[] Relative(ShownFace face, int cell)
        {
            foreach (var level in DetectionLevel.All)
            {
                var cells = side / level.Stride;
                if (cell < pictures.Count * cells * cells)
                {
                    var (x, y) = (cell % cells + 0.5, cell / cells % cells + 0.5);
                    var values = new float[4 + 2 * DetectedFace.LandmarkCount];
                    values[0] = (float)(face.Box.CentreX / level.Stride - x);
                    values[1] = (float)(face.Box.CentreY / level.Stride - y);
                    values[2] = (float)(face.Box.Width / level.Stride);
                    values[3] = (float)(face.Box.Height / level.Stride);
                    for (var i = 0; i < DetectedFace.LandmarkCount; i++)
                    {
                        values[4 + 2 * i] = face.Landmarks is null ? float.NaN : (float)(face.Landmarks[i].X / level.Stride - x);
                        values[5 + 2 * i] = face.Landmarks is null ? float.NaN : (float)(face.Landmarks[i].Y / level.Stride - y);
                    }

                    return values;
                }

                cell -= pictures.Count * cells * cells;
            }

            throw new ArgumentOutOfRangeException(nameof(cell));
        }
    }
}
