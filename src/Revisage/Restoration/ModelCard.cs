using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Revisage.Restoration;

/// <summary>
/// What a model says of itself: what it is, how to feed it, what it was trained on, what it was measured at.
/// JSON in the .onnx file's metadata, and in a file beside it that adds the .onnx file's hash.
/// </summary>
public sealed partial record ModelCard
{
    /// <summary>The name of the input [N, 3, Output.Height, Output.Width] that a model with <see cref="NeedsGuide"/> has besides.</summary>
    public const string GuideName = "guide";

    /// <summary>Lower-case letters, digits, dots and hyphens, such as "edsr"; the file's name without its extension.</summary>
    public required string Name { get; init; }

    /// <summary>The method's id, such as "gwainet".</summary>
    public required string Method { get; init; }

    /// <summary>The paper: authors, title, venue and year.</summary>
    public required string Citation { get; init; }

    /// <summary>What the model does; a card that says nothing enlarges faces.</summary>
    public ModelTask Task { get; init; }

    /// <summary>How many times wider and higher a super-resolver's output is; 1 for other tasks.</summary>
    public required int Scale { get; init; }

    /// <summary>The face that the model takes; a small one for a super-resolver.</summary>
    public required PixelSize Input { get; init; }

    /// <summary>The face, or the map, that it gives; 1x1 where it gives a row of numbers.</summary>
    public required PixelSize Output { get; init; }

    public required ValueRange Range { get; init; }

    /// <summary>The name of the network's input [N, 3, Input.Height, Input.Width].</summary>
    public required string InputName { get; init; }

    /// <summary>The name of its output, for a super-resolver [N, 3, Output.Height, Output.Width]; for other tasks see <see cref="ModelTask"/>.</summary>
    public required string OutputName { get; init; }

    /// <summary>Whether it wants a reference photograph of the same person besides.</summary>
    public bool NeedsGuide { get; init; }

    /// <summary>
    /// Of a model that brings a guide into what another has made: which, and by what the guide is laid over the face; null of models
    /// that enlarge by themselves.
    /// </summary>
    public Guidance? Guidance { get; init; }

    /// <summary>Whether it takes faces that are out of place, and sets them upright itself.</summary>
    public bool Unaligned { get; init; }

    /// <summary>Whether it was trained on faces with the faults of photographs, which it takes away, and not on plainly shrunk ones.</summary>
    public bool Blind { get; init; }

    /// <summary>That one face takes; null where they were not counted.</summary>
    public long? MultiplyAdds { get; init; }

    /// <summary>Of a model in 8-bit integers: which model of 32-bit floats it was made of, and how; null of one in floats.</summary>
    public Quantization? Quantization { get; init; }

    /// <summary>What it computes in: "int8" or "fp32".</summary>
    [JsonIgnore]
    public string Precision => Quantization?.Precision ?? "fp32";

    public required TrainingData Data { get; init; }

    /// <summary>Null for a model trained elsewhere.</summary>
    public TrainingRun? Run { get; init; }

    // Generated readers set what JSON leaves out to null, initialisers notwithstanding.
    public IReadOnlyList<MeasuredResult> Results { get; init => field = value ?? []; } = [];

    /// <summary>Of the .onnx file, 64 hexadecimal digits; null inside the .onnx file.</summary>
    public string? Sha256 { get; init; }

    /// <exception cref="RevisageException">The file cannot be read, or is not a card; the message names the field.</exception>
    public static ModelCard Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), $"'{path}'");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MissingComponentException($"There is no model card '{path}'. Export the model again: 'revisage export' writes both files.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"The model card '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <param name="source">What messages call it.</param>
    /// <exception cref="RevisageException">This is not a card; the message names the field.</exception>
    public static ModelCard Parse(string json, string source)
    {
        try
        {
            var card = JsonSerializer.Deserialize(json, CardJson.Default.ModelCard);
            return card?.Problem() is { } problem ? throw NotACard(source, problem, null)
                : card ?? throw NotACard(source, "it is null.", null);
        }
        catch (JsonException e)
        {
            throw NotACard(source, e.Message, e);
        }
    }

    /// <summary>Writes the card whole or not at all.</summary>
    /// <exception cref="RevisageException">A field is wrong, or the file cannot be written.</exception>
    public void Write(string path)
    {
        if (Problem() is { } problem)
        {
            throw NotACard($"'{path}'", problem, null);
        }

        AtomicFile.WriteAllText(path, ToJson() + "\n");
    }

    public string ToJson() => JsonSerializer.Serialize(this, CardJson.Default.ModelCard);

    /// <summary>
    /// Whether both describe one network: all is equal but what is only known later, the hash and the results.
    /// </summary>
    public bool DescribesSame(ModelCard other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Identity(this) == Identity(other);

        static string Identity(ModelCard card) => (card with { Sha256 = null, Results = [] }).ToJson();
    }

    private string? Problem()
    {
        // Required members may still be null in JSON.
        foreach (var (field, text) in new[]
            { ("name", Name), ("method", Method), ("citation", Citation), ("input_name", InputName), ("output_name", OutputName), ("data.name", Data?.Name), ("data.licence", Data?.Licence) })
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                return $"'{field}' is empty.";
            }
        }

        if (!NameForm().IsMatch(Name))
        {
            return $"'name' is '{Name}', but takes lower-case letters, digits, dots and hyphens.";
        }

        if (Scale < 1 || Input.Width < 1 || Input.Height < 1)
        {
            return $"'scale' is {Scale} and 'input' {Input}, but both are 1 or more.";
        }

        if (!Enum.IsDefined(Task))
        {
            return $"'task' is {Task}, but takes {string.Join(", ", Enum.GetNames<ModelTask>())}.";
        }

        if (Output.Width < 1 || Output.Height < 1)
        {
            return $"'output' is {Output}, but is 1 or more each way.";
        }

        if (Task == ModelTask.SuperResolution && (Output.Width != Scale * (long)Input.Width || Output.Height != Scale * (long)Input.Height))
        {
            return $"'output' is {Output}, which is not {Scale} times 'input' ({Input}).";
        }

        if (Quantization is { } made && (made.Precision != Quantization.Int8 || string.IsNullOrWhiteSpace(made.Of)))
        {
            return $"'quantization' is {made.Precision} of '{made.Of}', but is {Quantization.Int8} of another model's name.";
        }

        if (!Enum.IsDefined(Range))
        {
            return $"'range' is {Range}, but takes {string.Join(", ", Enum.GetNames<ValueRange>())}.";
        }

        return Sha256 is not null && !HashForm().IsMatch(Sha256) ? $"'sha256' is '{Sha256}', but has 64 hexadecimal digits." : null;
    }

    private static RevisageException NotACard(string source, string problem, Exception? inner)
    {
        var message = $"{char.ToUpper(source[0], CultureInfo.InvariantCulture)}{source[1..]} is not a model card: {problem} Export or fetch the model again.";
        return inner is null ? new RevisageException(message) : new RevisageException(message, inner);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]*$")]
    private static partial Regex NameForm();

    [GeneratedRegex("^[0-9a-f]{64}$")]
    private static partial Regex HashForm();
}

/// <summary>What a model makes of a face [N, 3, Input.Height, Input.Width].</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ModelTask>))]
public enum ModelTask
{
    /// <summary>A larger face.</summary>
    [JsonStringEnumMemberName("super-resolution")]
    SuperResolution,

    /// <summary>68 heatmaps, [N, 68, Output.Height, Output.Width].</summary>
    [JsonStringEnumMemberName("heatmaps")]
    Heatmaps,

    /// <summary>68 points, [N, 136]: all x, then all y, in shares of the face's side.</summary>
    [JsonStringEnumMemberName("landmarks")]
    Landmarks,

    /// <summary>Scores of CelebAMask-HQ's 19 classes, [N, 19, Output.Height, Output.Width].</summary>
    [JsonStringEnumMemberName("parsing")]
    Parsing,

    /// <summary>An embedding of length 1, [N, D]: the nearer two are, the more alike the people.</summary>
    [JsonStringEnumMemberName("identity")]
    Identity,

    /// <summary>Features that losses and metrics compare, [N, C, Output.Height, Output.Width].</summary>
    [JsonStringEnumMemberName("features")]
    Features,

    /// <summary>How far two faces are from one another, [N, 1]: its inputs are "face" and "other", of one size and range.</summary>
    [JsonStringEnumMemberName("distance")]
    Distance,

    /// <summary>
    /// A poor face, [N, 3, Output.Height, Output.Width], of a good one; what is poor about it follows from an input of
    /// its own, "noise" [N, Z] of N(0, 1).
    /// </summary>
    [JsonStringEnumMemberName("degradation")]
    Degradation,

    /// <summary>The face itself, upright, [N, 3, Output.Height, Output.Width].</summary>
    [JsonStringEnumMemberName("alignment")]
    Alignment,

    /// <summary>
    /// The faces of a whole photograph, whose sides are any multiples of 32: a map [N, 15, H, W] for each stride, as
    /// <see cref="Faces.FaceCandidates"/> reads them; the card's sizes are those that it was trained at.
    /// </summary>
    [JsonStringEnumMemberName("detection")]
    Detection,
}

/// <summary>Width and height in pixels.</summary>
public readonly record struct PixelSize(int Width, int Height)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");
}

/// <summary>What a guided model works on.</summary>
/// <param name="First">The model that makes the face without a guide, by its name in the same store.</param>
/// <param name="Landmarks">The model that finds the points by which the guide is laid over the face, likewise.</param>
public sealed record Guidance(string First, string Landmarks);

/// <summary>The photographs that a model learned from, and on which terms they are to be had.</summary>
public sealed record TrainingData(string Name, string Licence);

/// <summary>How a model came about.</summary>
/// <param name="Images">Different photographs, before mirroring and the like.</param>
/// <param name="Iterations">Of the last phase, and <paramref name="Batch"/> that of the first; <see cref="ImagesShown"/> counts all.</param>
/// <param name="Precision">"bf16" or "fp32".</param>
/// <param name="Hours">Wall time.</param>
public sealed record TrainingRun(int Images, long Iterations, int Batch, string Precision, double Hours, string Recipe, DateOnly Date)
{
    /// <summary>Faces that it learned from over all phases, each as often as it was shown; null where it was not counted.</summary>
    public long? ImagesShown { get; init; }
}

/// <summary>How a model in 8-bit integers came about.</summary>
/// <param name="Of">The name of the model of 32-bit floats that it was made of.</param>
/// <param name="OfSha256">Of that model's .onnx file.</param>
/// <param name="Precision">"int8": activations in unsigned bytes, weights in signed ones with a scale for each output channel.</param>
/// <param name="Convolutions">How many compute so; the first and the last stay in floats.</param>
/// <param name="CalibrationFaces">Of the training set, that the ranges of the activations were measured on.</param>
/// <param name="Share">Of the values that lie within the ranges; 1 for the smallest to the largest.</param>
public sealed record Quantization(string Of, string OfSha256, string Precision, int Convolutions, int CalibrationFaces, double Share)
{
    public const string Int8 = "int8";
}

/// <summary>
/// Means over the images of a protocol, beside bicubic interpolation's on the same images. PSNR in dB, on RGB and on
/// Y of YCbCr; null where it was not measured.
/// </summary>
public sealed record MeasuredResult(string Protocol, int Images)
{
    /// <summary>Of the faces, val or test; null where no index told.</summary>
    public string? Split { get; init; }

    public double? Psnr { get; init; }

    public double? PsnrY { get; init; }

    public double? Ssim { get; init; }

    public double? BicubicPsnr { get; init; }

    public double? BicubicPsnrY { get; init; }

    public double? BicubicSsim { get; init; }

    /// <summary>Of a model in 8-bit integers: by how many dB its <see cref="Psnr"/> is less than that of the model it was made of, on the same images.</summary>
    public double? PsnrLost { get; init; }

    /// <summary>Likewise of <see cref="Ssim"/>.</summary>
    public double? SsimLost { get; init; }

    /// <summary>Of a model that does not enlarge: what was measured, by name, such as <c>nme</c> in percent of the side.</summary>
    public IReadOnlyDictionary<string, double>? Measures { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    AllowTrailingCommas = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(ModelCard))]
internal sealed partial class CardJson : JsonSerializerContext;
