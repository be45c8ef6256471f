using System.Globalization;
using Revisage.Evaluation;
using Revisage.Restoration;

namespace Revisage.Photographs;

/// <summary>The super-resolvers for the faces of photographs, one for each size of face; opened when they are first wanted. May be used by many threads at once.</summary>
public sealed class FaceModels : IDisposable
{
    /// <summary>A face is shrunk to a model's size by no more, so that nothing is thrown away that the photograph shows.</summary>
    private const double MostShrunk = 1.5;

    /// <summary>Where no model lies below, one for larger faces is given an enlarged one, by no more.</summary>
    private const double MostEnlarged = 1.5;

    private readonly IReadOnlyList<(StoredModel Stored, Lazy<FaceRestorer> Restorer)> bySize;

    private FaceModels(IReadOnlyList<StoredModel> models, OnnxOptions? options, RestoreQuality quality) =>
        bySize = [.. models.OrderBy(model => model.Card.Input.Width).Select(model => (model, new Lazy<FaceRestorer>(() => FaceRestorer.Open(model, options, quality))))];

    /// <summary>Those that were trained on the faults of photographs; of a size that has none of these, the most faithful one.</summary>
    /// <exception cref="MissingComponentException">No model enlarges faces.</exception>
    public static FaceModels Installed(ModelStore store, OnnxOptions? options = null, RestoreQuality quality = RestoreQuality.Normal)
    {
        ArgumentNullException.ThrowIfNull(store);
        StoredModel[] models =
        [
            .. store.ListReadable(out _).Where(model => Fits(model.Card) && model.Card.Quantization is null)
                .GroupBy(model => model.Card.Input.Width)
                .Select(size => size.OrderByDescending(model => model.Card.Blind).ThenByDescending(model => Fidelity(model.Card)).First()),
        ];
        return models.Length > 0
            ? new FaceModels(models, options, quality)
            : throw new MissingComponentException($"'{store.Folder}' holds no model that enlarges faces. Install the models there, or name their folder in {ModelStore.Override}.");
    }

    /// <summary>One model for all faces.</summary>
    /// <exception cref="RevisageException">It enlarges no upright faces, or wants a guide.</exception>
    public static FaceModels Only(StoredModel model, OnnxOptions? options = null, RestoreQuality quality = RestoreQuality.Normal)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Fits(model.Card)
            ? new FaceModels([model], options, quality)
            : throw new RevisageException($"'{model.Name}' cannot restore the faces of photographs: it {(model.Card.Task != ModelTask.SuperResolution ? "does not enlarge faces" : model.Card.NeedsGuide ? "wants a photograph of each person besides" : "takes faces out of place")}. 'revisage models' lists the others.");
    }

    /// <summary>The files that are read.</summary>
    public IReadOnlyList<StoredModel> Models => [.. bySize.Select(size => size.Stored)];

    /// <summary>The model for a face: the nearest from below, otherwise the next above.</summary>
    /// <param name="side">Of the face's square, in pixels of the photograph.</param>
    /// <param name="force">Whether any model will do.</param>
    /// <returns>A model; or why there is none.</returns>
    public (FaceRestorer? Model, SkippedFace? Why) For(double side, bool force = false)
    {
        var below = bySize.LastOrDefault(size => size.Stored.Card.Input.Width <= side);
        var above = bySize.FirstOrDefault(size => size.Stored.Card.Input.Width > side);
        if (below.Stored is not null && (side <= MostShrunk * below.Stored.Card.Input.Width || force && above.Stored is null))
        {
            return (below.Restorer.Value, null);
        }

        if (above.Stored is not null && (side * MostEnlarged >= above.Stored.Card.Input.Width || force))
        {
            return (above.Restorer.Value, null);
        }

        var pixels = Math.Round(side).ToString(CultureInfo.InvariantCulture);
        return (null, (below.Stored, above.Stored) switch
        {
            (null, { } smallest) => new SkippedFace(SkipReason.TooSmall, $"too small: its square has {pixels} pixels, and the smallest that a model takes is {smallest.Card.Input.Width}"),
            ({ } largest, null) => new SkippedFace(SkipReason.LargeEnough, $"large enough: its square has {pixels} pixels, and the largest that a model takes is {largest.Card.Input.Width}"),
            _ => new SkippedFace(SkipReason.NoModel, $"no installed model takes a square of about {pixels} pixels"),
        });
    }

    public void Dispose()
    {
        foreach (var (_, restorer) in bySize.Where(size => size.Restorer.IsValueCreated))
        {
            restorer.Value.Dispose();
        }
    }

    private static bool Fits(ModelCard card) => card is { Task: ModelTask.SuperResolution, NeedsGuide: false, Unaligned: false } && card.Input.Width == card.Input.Height;

    private static double Fidelity(ModelCard card)
    {
        var results = card.Results.ToLookup(result => result.Protocol);
        // Among models of one size, whatever they were measured by: what is gained over bicubic.
        var best = results[Protocol.Revisage8x.Name].Concat(card.Results).FirstOrDefault();
        return best is { Psnr: { } psnr, BicubicPsnr: { } bicubic } ? psnr - bicubic : 0;
    }
}
