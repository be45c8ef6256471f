using System.Buffers;
using Revisage.Imaging;

namespace Revisage.Restoration;

/// <summary>How much work goes into a face.</summary>
public enum RestoreQuality
{
    /// <summary>One pass of the network.</summary>
    Normal,

    /// <summary>
    /// The mean of the face's result and that of its mirror image (Timofte 2016's self-ensemble, of faces two of its eight), and, of models
    /// that were trained on plainly shrunk faces, <see cref="BackProjection"/>.
    /// </summary>
    Best,
}

/// <summary>
/// Enlarges aligned face crops by a model, as its card says. May be used by many threads at once.
/// </summary>
public sealed class FaceRestorer : IDisposable
{
    // ONNX Runtime divides a single face over all threads, so larger batches are no faster (EDSR, 16 to 128 pixels, on two
    // processors: 7.4 ms a face alone, 7.3 by two, 9.2 by four), and each face more of them takes 27 MB.
    private const int LargestBatch = 2;

    private readonly OnnxModel model;
    private readonly GuidedRestoration? guidance;
    private readonly RestoreQuality quality;

    private FaceRestorer(OnnxModel model, ModelCard card, GuidedRestoration? guidance, RestoreQuality quality)
    {
        (this.model, this.guidance, this.quality) = (model, guidance, quality);
        Card = card;
    }

    public ModelCard Card { get; }

    public RestoreQuality Quality => quality;

    /// <exception cref="RevisageException">The model is damaged, or does not do what its card says.</exception>
    /// <exception cref="MissingComponentException">ONNX Runtime is not installed.</exception>
    public static FaceRestorer Open(StoredModel stored, OnnxOptions? options = null, RestoreQuality quality = RestoreQuality.Normal)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var model = stored.Open(options);
        try
        {
            // What a guided model works on lies where it lies itself.
            return Open(model, guidance => GuidedRestoration.Open(guidance, new ModelStore(Path.GetDirectoryName(stored.Path)!), options), quality);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Takes the model over: disposing the restorer disposes it.</summary>
    /// <exception cref="RevisageException">The model has no card, or does not do what its card says.</exception>
    public static FaceRestorer Open(OnnxModel model) => Open(model, guidance => GuidedRestoration.Open(guidance, ModelStore.Default, null), RestoreQuality.Normal);

    private static FaceRestorer Open(OnnxModel model, Func<Guidance, GuidedRestoration> openGuidance, RestoreQuality quality)
    {
        ArgumentNullException.ThrowIfNull(model);
        var card = model.Card
            ?? throw new RevisageException($"'{model.Source}' has no model card, so how to feed it is unknown. Export it with 'revisage export'.");
        if (card.Task != ModelTask.SuperResolution)
        {
            throw new RevisageException($"'{model.Source}' (method {card.Method}) does not enlarge faces. Choose another with --model; 'revisage models' lists them.");
        }

        (string Name, int Channels, PixelSize Size)[] inputs = card.Guidance is not null
            ? [.. GuidedInputs.Shapes(card.Output.Width).Select(input => (input.Name, input.Channels, card.Output))]
            : card.NeedsGuide ? [(card.InputName, 3, card.Input), (ModelCard.GuideName, 3, card.Output)] : [(card.InputName, 3, card.Input)];
        foreach (var (name, channels, size) in inputs)
        {
            CheckPort("input", model.Inputs, name, channels, size);
        }

        CheckPort("output", model.Outputs, card.OutputName, 3, card.Output);
        return new FaceRestorer(model, card, card.Guidance is { } guidance ? openGuidance(guidance) : null, quality);

        void CheckPort(string kind, IReadOnlyList<OnnxPort> ports, string name, int channels, PixelSize size)
        {
            // An extent of 2 stands for any batch but 1, which alone would make every batch a loop.
            // What a model tells besides the face, such as a parsing map, is not asked for.
            if ((kind == "input" && ports.Count != inputs.Length) || ports.FirstOrDefault(port => port.Name == name)?.Accepts([2, channels, size.Height, size.Width], []) != true)
            {
                throw new RevisageException(
                    $"'{model.Source}' has the {kind} {string.Join(" and ", ports.Select(port => $"'{port.Name}' {port.ShapeText}"))}, but its card says '{name}' Nx{channels}x{size.Height}x{size.Width}. Export the model again.");
            }
        }
    }

    /// <param name="lr">An aligned face of the card's input size.</param>
    /// <returns>The face at the card's output size, clipped to [0, 1].</returns>
    /// <exception cref="ArgumentException">The face has another size.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Image Restore(Image lr, CancellationToken cancellation = default) => Restore([lr], cancellation)[0];

    /// <summary>Many faces, in batches; the results are in the order of the faces.</summary>
    /// <inheritdoc cref="Restore(Image, CancellationToken)"/>
    public IReadOnlyList<Image> Restore(IReadOnlyList<Image> lr, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(lr);
        if (Card.NeedsGuide)
        {
            throw new ArgumentException($"Model '{Card.Name}' takes a photograph of the same person beside each face, but none is given.", nameof(lr));
        }

        CheckSizes(lr, Card.Input, "faces", nameof(lr));
        return [.. lr.Chunk(LargestBatch).SelectMany(batch => RestoreBatch(batch, [], cancellation))];
    }

    /// <summary>Many faces by a model that needs a guide, in batches; the results are in the order of the faces.</summary>
    /// <param name="guides">A photograph of the same person for each face, an aligned crop of the card's output size.</param>
    /// <exception cref="ArgumentException">A face or a guide has another size, there are not as many of both, or the model takes no guide.</exception>
    /// <inheritdoc cref="Restore(Image, CancellationToken)"/>
    public IReadOnlyList<Image> Restore(IReadOnlyList<Image> lr, IReadOnlyList<Image> guides, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(lr);
        ArgumentNullException.ThrowIfNull(guides);
        if (!Card.NeedsGuide || guides.Count != lr.Count)
        {
            throw new ArgumentException(Card.NeedsGuide ? $"There are {lr.Count} faces, but {guides.Count} guides." : $"Model '{Card.Name}' takes no guide.", nameof(guides));
        }

        CheckSizes(lr, Card.Input, "faces", nameof(lr));
        CheckSizes(guides, Card.Output, "guides", nameof(guides));
        return [.. lr.Zip(guides).Chunk(LargestBatch).SelectMany(batch => RestoreBatch([.. batch.Select(pair => pair.First)], [.. batch.Select(pair => pair.Second)], cancellation))];
    }

    public void Dispose()
    {
        guidance?.Dispose();
        model.Dispose();
    }

    private void CheckSizes(IReadOnlyList<Image> images, PixelSize size, string what, string argument)
    {
        if (images.FirstOrDefault(image => image.Width != size.Width || image.Height != size.Height) is { } odd)
        {
            throw new ArgumentException($"Model '{Card.Name}' takes {what} of {size}, but one is {odd.Width}x{odd.Height}.", argument);
        }
    }

    private Image[] RestoreBatch(Image[] faces, Image[] guides, CancellationToken cancellation)
    {
        var restored = Pass(faces, guides, cancellation);
        if (quality == RestoreQuality.Normal)
        {
            return restored;
        }

        var mirrored = Pass([.. faces.Select(face => face.Mirrored())], [.. guides.Select(guide => guide.Mirrored())], cancellation);
        return [.. faces.Select((face, i) => Best(face, restored[i], mirrored[i].Mirrored()))];
    }

    private Image Best(Image face, Image made, Image again)
    {
        var pixels = new float[made.Pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (made.Pixels[i] + again.Pixels[i]) / 2;
        }

        var mean = new Image(made.Width, made.Height, pixels);
        // A face out of place, or one with a photograph's faults, is not what the result should shrink to.
        return Card.Unaligned || Card.Blind ? mean : BackProjection.Apply(mean, face);
    }

    private Image[] Pass(Image[] faces, Image[] guides, CancellationToken cancellation)
    {
        var (small, large) = (3 * Card.Input.Width * Card.Input.Height, 3 * Card.Output.Width * Card.Output.Height);
        var given = ArrayPool<float>.Shared.Rent(faces.Length * small);
        var shown = ArrayPool<float>.Shared.Rent(guides.Length * large);
        var made = ArrayPool<float>.Shared.Rent(faces.Length * large);
        try
        {
            var inputs = guidance?.Prepare(faces, guides, Card.Range, cancellation) ?? new Dictionary<string, OnnxTensor> { [Card.InputName] = Fill(faces, given, Card.Input) };
            if (guides.Length > 0 && guidance is null)
            {
                inputs.Add(ModelCard.GuideName, Fill(guides, shown, Card.Output));
            }

            model.Run(
                inputs,
                new Dictionary<string, OnnxTensor> { [Card.OutputName] = new(made.AsMemory(0, faces.Length * large), faces.Length, 3, Card.Output.Height, Card.Output.Width) },
                cancellation);

            var restored = new Image[faces.Length];
            for (var i = 0; i < faces.Length; i++)
            {
                var pixels = new float[large];
                Card.Range.ToUnit(made.AsSpan(i * large, large), pixels);
                restored[i] = new Image(Card.Output.Width, Card.Output.Height, pixels);
            }

            return restored;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(given);
            ArrayPool<float>.Shared.Return(shown);
            ArrayPool<float>.Shared.Return(made);
        }
    }

    private OnnxTensor Fill(Image[] images, float[] values, PixelSize size)
    {
        var count = 3 * size.Width * size.Height;
        for (var i = 0; i < images.Length; i++)
        {
            Card.Range.FromUnit(images[i].Pixels, values.AsSpan(i * count, count));
        }

        return new OnnxTensor(values.AsMemory(0, images.Length * count), images.Length, 3, size.Height, size.Width);
    }
}
