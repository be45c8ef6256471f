using Revisage.Batch;
using Revisage.Evaluation;
using Revisage.Faces;
using Revisage.Restoration;

namespace Revisage.Cli;

/// <summary>What a comparison is between: models by name, or all that are installed and fit, and folders of results.</summary>
/// <param name="names">Models and interpolations, divided by commas; null for all that fit. Interpolation that is not named is compared too, unless another is.</param>
/// <param name="results">Folders of pictures that are named as those of <paramref name="data"/>.</param>
internal sealed class CandidateChoice(string? names, IReadOnlyList<string> results, string data, OnnxOptions options, RestoreQuality quality)
{
    private const string Aligner = "stn0";

    private static readonly IReadOnlyList<string> Interpolations = [.. Upscaler.Baselines(1).Select(baseline => baseline.Name)];

    private readonly IReadOnlyList<string>? named = names?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private IReadOnlyList<StoredModel> models = [];

    /// <summary>What <c>--model</c> takes besides files.</summary>
    public static IEnumerable<string> Names => Interpolations.Concat(ModelChoice.Names);

    public OnnxOptions Options => options;

    /// <summary>Finds the models, which comes first; says which of all are left out; refuses one that was named and fits no protocol.</summary>
    /// <exception cref="RevisageException">A named model fits none of the protocols.</exception>
    public void Check(IReadOnlyList<Protocol> protocols, TextWriter error)
    {
        models = Models(error);
        if (named?.FirstOrDefault(Interpolations.Contains) is { } interpolation && protocols.All(protocol => protocol.ComparesFiles))
            throw new RevisageException($"'{interpolation}' enlarges small faces, but {NamesOf(protocols)} compares pictures as they are. Leave it out, or compare by another protocol.");

        var unfit = models.Where(model => !protocols.Any(protocol => Fits(model.Card, protocol))).ToArray();
        if (names is null)
        {
            if (unfit.Length > 0 && protocols.Any(protocol => !protocol.ComparesFiles))
                error.WriteLine($"Left out, since no protocol here is for them: {string.Join(", ", unfit.Select(model => $"{model.Name} ({Wants(model.Card)})"))}.");
        }
        else if (unfit is [var odd, ..])
        {
            throw new RevisageException(odd.Card.NeedsGuide && protocols.Any(protocol => SizesFit(odd.Card, protocol))
                ? $"'{odd.Name}' looks at another photograph of the same person, and {NamesOf(protocols)} has none. Compare by '{Protocol.Revisage8xGuided.Name}', or leave it out."
                : $"Model '{odd.Name}' takes faces of {odd.Card.Input} to {odd.Card.Output}, but {NamesOf(protocols)} gives {string.Join(", ", protocols.Select(protocol => protocol.ComparesFiles ? "pictures as they are" : $"{protocol.Lr}x{protocol.Lr} to {protocol.Hr}x{protocol.Hr}"))}. Leave it out, or compare by another protocol.");
        }
    }

    /// <summary>Every file of the models and the folders of results.</summary>
    public IEnumerable<string> Files => models.SelectMany(model => new[] { model.Path, model.CardPath })
        .Concat(results.Where(Directory.Exists).SelectMany(folder => PictureListing.Of(folder).Pictures));

    /// <summary>What will be compared by at least one of the protocols.</summary>
    public IReadOnlyList<string> NamesBy(IReadOnlyList<Protocol> protocols) =>
    [
        .. protocols.All(protocol => protocol.ComparesFiles) ? [] : Baselines(1).Select(baseline => baseline.Name),
        .. models.Where(model => protocols.Any(protocol => Fits(model.Card, protocol))).Select(model => model.Card.Name),
        .. results.Select(Upscaler.NameOf),
    ];

    /// <summary>Interpolation, the models that fit, and the folders of results.</summary>
    /// <param name="error">Is told where faces are out of place and nothing is installed to set them upright.</param>
    /// <exception cref="RevisageException">A model is damaged, or a face has no result in a folder.</exception>
    public Candidates Open(Protocol protocol, IReadOnlyList<FaceImage> faces, TextWriter error, CancellationToken cancel)
    {
        var restorers = new List<FaceRestorer>();
        FaceAligner? aligner = null;
        try
        {
            if (protocol.Unaligned)
            {
                aligner = ModelStore.Default.List().FirstOrDefault(model => model.Name == Aligner) is { } stored ? FaceAligner.Open(stored, options) : null;
                if (aligner is null)
                    error.WriteLine($"There is no model '{Aligner}', which sets faces upright: those that take upright ones are shown them out of place.");
            }

            foreach (var model in models.Where(model => Fits(model.Card, protocol)))
            {
                restorers.Add(FaceRestorer.Open(model, options, quality));
            }

            return new Candidates(
                aligner,
                restorers,
                [
                    .. protocol.ComparesFiles ? [] : Baselines(protocol.Scale).Select(Upright),
                    .. restorers.Select(restorer => restorer.Card.Unaligned ? Upscaler.Of(restorer, cancel) : Upright(Upscaler.Of(restorer, cancel))),
                    .. results.Select(folder => Upscaler.OfFolder(folder, data, faces)),
                ]);
        }
        catch
        {
            aligner?.Dispose();
            restorers.ForEach(restorer => restorer.Dispose());
            throw;
        }

        Upscaler Upright(Upscaler upscaler) => aligner is null ? upscaler : upscaler.SetUpright(aligner, cancel);
    }

    private StoredModel[] Models(TextWriter error)
    {
        if (named is not null)
            return [.. named.Except(Interpolations).Select(ModelStore.Default.Find)];

        var installed = ModelStore.Default.ListReadable(out var damaged);
        ModelChoice.TellDamaged(damaged, error);
        return [.. installed.Where(model => model.Card.Task == ModelTask.SuperResolution)];
    }

    /// <summary>Those that are named, or all where none is.</summary>
    private IEnumerable<Upscaler> Baselines(int scale)
    {
        var baselines = Upscaler.Baselines(scale);
        return named?.Any(Interpolations.Contains) == true ? baselines.Where(baseline => named.Contains(baseline.Name)) : baselines;
    }

    private static bool Fits(ModelCard card, Protocol protocol) => SizesFit(card, protocol) && (!card.NeedsGuide || protocol.Guided);

    private static bool SizesFit(ModelCard card, Protocol protocol) =>
        !protocol.ComparesFiles && card.Input == new PixelSize(protocol.Lr, protocol.Lr) && card.Scale == protocol.Scale;

    private static string Wants(ModelCard card) => $"{card.Input} to {card.Output}{(card.NeedsGuide ? " with a guide" : "")}";

    private static string NamesOf(IReadOnlyList<Protocol> protocols) => string.Join(", ", protocols.Select(protocol => protocol.Name));
}

/// <summary>What is compared by one protocol.</summary>
internal sealed class Candidates(FaceAligner? aligner, IReadOnlyList<FaceRestorer> restorers, IReadOnlyList<Upscaler> upscalers) : IDisposable
{
    public IReadOnlyList<Upscaler> Upscalers => upscalers;

    public void Dispose()
    {
        aligner?.Dispose();
        foreach (var restorer in restorers)
        {
            restorer.Dispose();
        }
    }
}
