using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Degradations;

/// <summary>
/// A degradation that a network has learned, as High-to-Low's: from "hr" [N, 3, H, W] and "noise" [N, Z] of N(0, 1) to a
/// small face (Bulat et al., ECCV 2018, section 3.1).
/// </summary>
public sealed class OnnxDegradation : IDegradation
{
    private readonly OnnxModel model;
    private readonly ValueRange range;
    private readonly int height;
    private readonly int width;
    private readonly int noise;

    /// <param name="model">Run by all threads that ask; outlives this.</param>
    /// <param name="range">Of what it takes and gives.</param>
    /// <exception cref="RevisageException">The model takes or gives something else.</exception>
    public OnnxDegradation(OnnxModel model, ValueRange range = ValueRange.Signed)
    {
        ArgumentNullException.ThrowIfNull(model);
        (this.model, this.range) = (model, range);
        if (Extents("hr") is not [_, 3, { } h, { } w] || Extents("noise") is not [_, { } z] || model.Inputs.Count != 2 || model.Outputs.Count != 1)
        {
            throw new RevisageException(
                $"'{model.Source}' takes {string.Join(" and ", model.Inputs.Select(port => $"'{port.Name}' ({port.ShapeText})"))}, but a learned degradation takes 'hr' (Nx3xHxW) and 'noise' (NxZ) and gives one picture. Name an exported High-to-Low.");
        }

        (height, width, noise) = (h, w, z);

        int?[] Extents(string name) => [.. model.Inputs.FirstOrDefault(port => port.Name == name)?.Shape.Select(extent => extent.Fixed) ?? []];
    }

    /// <summary>A model to the size that a recipe's small faces have, kept for the rest of the process, as the faces of a run are.</summary>
    /// <inheritdoc cref="OnnxDegradation(OnnxModel, ValueRange)"/>
    public static OnnxDegradation Open(StoredModel stored, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(stored);
        // As many faces at a time as there are loader threads.
        var model = stored.Open(new OnnxOptions { Threads = 1 });
        var made = new OnnxDegradation(model, model.Card?.Range ?? ValueRange.Signed);
        int?[] given = [.. model.Outputs[0].Shape.Select(extent => extent.Fixed)];
        return given is [_, 3, { } h, { } w] && (h, w) == (height, width) ? made : throw new RevisageException(
            $"'{model.Source}' gives faces of {model.Outputs[0].ShapeText}, but the recipe's small ones have {width}x{height}. Set data.low_res to the model's.");
    }

    public RgbPicture Apply(RgbPicture picture, ref SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (picture.Width != width || picture.Height != height)
        {
            throw new RevisageException($"'{model.Source}' takes faces of {width}x{height}, but was given one of {picture.Width}x{picture.Height}. Set the recipe's large side to the model's.");
        }

        var pixels = Image.FromRgb24(width, height, picture.Rgb).Pixels;
        range.FromUnit(pixels, pixels);
        var drawn = new float[noise];
        NormalNumbers.Fill(ref random, drawn);
        var inputs = new Dictionary<string, OnnxTensor> { ["hr"] = new(pixels, 1, 3, height, width), ["noise"] = new(drawn, 1, noise) };
        var output = model.Run(inputs)[model.Outputs[0].Name];
        if (output.Shape is not [1, 3, var small, var smallWidth])
        {
            throw new RevisageException($"'{model.Source}' gave {string.Join('x', output.Shape)}, not a picture of 1x3xHxW. Name an exported High-to-Low.");
        }

        var values = new float[output.Values.Length];
        range.ToUnit(output.Values.Span, values);
        return new RgbPicture(new Image(smallWidth, small, values).ToRgb24(), smallWidth, small);
    }
}
