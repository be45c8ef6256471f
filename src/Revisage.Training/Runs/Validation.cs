using Revisage.Data;
using Revisage.Data.Augmentation;
using Revisage.Evaluation;
using Revisage.Imaging;

namespace Revisage.Training.Runs;

/// <summary>Measures a stage's network between iterations, on faces that it is not trained on.</summary>
public interface IValidation
{
    ValidationResult Run(ITrainingStage stage);
}

/// <summary>What was measured.</summary>
/// <param name="Faces">How many were looked at.</param>
/// <param name="Score">By which the best checkpoint is known: the higher the better.</param>
/// <param name="Metrics">The first is the one that readers look at first.</param>
/// <param name="Picture">For people to judge; null where there is nothing to see.</param>
public sealed record ValidationResult(int Faces, double Score, IReadOnlyList<ValidationMetric> Metrics, ValidationPicture? Picture)
{
    public override string ToString() => string.Join("  ", Metrics);
}

/// <param name="Name">In lower case, as event logs and cards name it.</param>
/// <param name="Format">Digits that mean something, as <c>F2</c>.</param>
/// <param name="Baseline">What is reached without the network; null where nothing simple compares.</param>
public sealed record ValidationMetric(string Name, double Value, string Format, double? Baseline = null)
{
    public override string ToString()
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        var gain = Baseline is { } baseline ? $" ({(Value < baseline ? "" : "+")}{(Value - baseline).ToString(Format, culture)})" : "";
        return $"{Name} {Value.ToString(Format, culture)}{gain}";
    }
}

/// <summary>A PNG.</summary>
public sealed record ValidationPicture(byte[] Png, int Width, int Height);

/// <summary>Faces of the validation split, or of the one that is reported on, as many as a recipe asks for, spread evenly so that every source has its share.</summary>
public sealed class ValidationFaces
{
    private readonly IFaceSource source;
    private readonly IReadOnlyList<int> chosen;
    private readonly GuideChooser? guides;
    private readonly IFaceSource? lowQuality;
    private readonly string split;

    /// <param name="lowQuality">Where real poor faces are; null for nowhere.</param>
    /// <param name="split">Of the faces; a run chooses its checkpoints by <see cref="FaceSplit.Val"/>.</param>
    /// <exception cref="RevisageException">There are none of the kind that <paramref name="options"/> ask for.</exception>
    public ValidationFaces(IFaceSource source, DataOptions options, ReportOptions report, IFaceSource? lowQuality = null, string split = FaceSplit.Val)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(report);
        (this.source, this.lowQuality, this.split) = (source, lowQuality, split);
        // Validation people are nobody's training people: a half of them would only be fewer.
        var faces = FaceDataset.Choose(source, split, options with { People = PeopleShare.All });
        guides = options.Guides == GuideChoice.None ? null : new GuideChooser(source, faces, options.Guides, CancellationToken.None);
        faces = guides?.Guided ?? faces;
        var count = Math.Min(report.ValidationImages, faces.Count);
        chosen = [.. Enumerable.Range(0, count).Select(i => faces[(int)((long)i * faces.Count / count)])];
        Options = options with { Augmentation = new AugmentationOptions { Flip = 0 }, Softened = null, Identities = null, LowQuality = false };
    }

    /// <summary>The recipe's, without variation.</summary>
    public DataOptions Options { get; }

    public int Count => chosen.Count;

    /// <exception cref="RevisageException">Of one of them <paramref name="needed"/> is not known.</exception>
    public void MustKnow(Annotations needed)
    {
        if (chosen.Select(index => source.Faces[index]).FirstOrDefault(face => !face.Known.HasFlag(needed)) is { } lacking)
        {
            throw new RevisageException(
                $"Validation needs {needed} of every face, and '{lacking.Name}' of {source.Name} has none. Run 'revisage prepare', or leave such faces out with --set data.only={needed}.");
        }
    }

    /// <summary>Every face of the split, of any set, of which <paramref name="known"/> is known.</summary>
    public ValidationFaces All(Annotations known) =>
        new(source, Options with { Only = known, Sets = [] }, new ReportOptions { ValidationImages = int.MaxValue }, split: split);

    /// <summary>As many faces as serve other options, such as others to guide them, without variation.</summary>
    public ValidationFaces As(DataOptions options) => new(source, options, new ReportOptions { ValidationImages = int.MaxValue }, lowQuality, split);

    /// <summary>The faces themselves, without margin, at the size that they are stored in.</summary>
    public IEnumerable<Image> Squares() => chosen.Select(index =>
    {
        var record = source.Faces[index];
        return Image.FromRgb24(record.Width, record.Height, source.ReadRgb(index)).CentralSquare(record.Hr);
    });

    /// <summary>Real poor faces of other people, at the small face's size: at most as many as there are faces; null where no set is named.</summary>
    public FaceBatch? Poor()
    {
        if (lowQuality is null)
        {
            return null;
        }

        var asked = FaceDataset.OfPoor(Options);
        // Test faces of such sets are of other sources than what was learned from, and so tell of something else.
        var all = FaceDataset.Choose(lowQuality, FaceSplit.Val, asked);
        var count = Math.Min(Count, all.Count);
        return FaceDataset.InOrder(lowQuality, [.. Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Count / count)])], asked).Batch(0, count);
    }

    /// <summary>The faces as a network is fed them, in batches of at most <paramref name="size"/>, in order.</summary>
    public IEnumerable<FaceBatch> Batches(int size)
    {
        var dataset = FaceDataset.InOrder(source, chosen, Options, guides);
        for (var first = 0; first < Count; first += size)
        {
            yield return dataset.Batch(first, Math.Min(size, Count - first));
        }
    }
}
