using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Revisage.Evaluation;

public sealed record MosOptions
{
    /// <summary>Spread evenly over the report's faces; all of them where there are fewer. The default is 30.</summary>
    public int Faces { get; init; } = 30;

    /// <summary>Of the order in which the pictures are shown.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What raters read first; it must name no candidate.</summary>
    public string Title { get; init; } = "How good are these faces?";
}

/// <summary>
/// A page on which people rate faces from 1, bad, to 5, excellent, without being told who made them (Kim 2019, section 4, asked
/// 26 people). Every candidate's picture and the true one of each face are shown, one at a time, beside the small face.
/// </summary>
public static class MosPage
{
    // A page saves answers by these, so that they tell nothing of what they stand for.
    private const int IdLength = 16;

    /// <summary>A page for the raters, which needs no network, and the key to their answers, which they must not see.</summary>
    /// <param name="upscalers">Those of the report, in its order.</param>
    /// <returns>Two files' contents; see <see cref="MosResults.Read"/>. The page holds no name and no file's name.</returns>
    /// <exception cref="RevisageException">A face cannot be read.</exception>
    /// <exception cref="MissingComponentException">libvips, which writes the pictures, is not installed.</exception>
    public static (string Html, string KeyJson) Create(EvaluationReport report, IReadOnlyList<Upscaler> upscalers, MosOptions options)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(upscalers);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Faces, 1, "options.Faces");
        if (!upscalers.Select(upscaler => upscaler.Name).SequenceEqual(report.Models.Select(model => model.Name)))
            throw new ArgumentException("The upscalers are not those of the report.", nameof(upscalers));

        var smalls = new List<string>();
        var shown = new List<(MosPicture Picture, string Address, int Small)>();
        foreach (var face in Spread(report.Faces, options.Faces))
        {
            var (small, truth) = report.Protocol.MakePair(face);
            Imaging.Image[] guides = report.Protocol.Guided ? [report.Protocol.MakePair(face.Guide!).Hr] : [];
            foreach (var upscaler in upscalers)
                Show(upscaler.Name, FaceGrid.Enlarge(upscaler, face, small, guides));
            Show(null, truth);
            smalls.Add(report.Protocol.ComparesFiles ? "" : Html.AddressOf(small));

            void Show(string? model, Imaging.Image picture) =>
                shown.Add((new MosPicture(NewId(), model, face.Path), Html.AddressOf(picture), smalls.Count));
        }

        var pictures = shown.ToArray();
        new Random(options.Seed).Shuffle(pictures);
        var key = new MosKey(
            NewId(), options.Title, report.Protocol.Name, options.Seed, [.. upscalers.Select(upscaler => upscaler.Name)], [.. pictures.Select(picture => picture.Picture)]);
        return (Page(options.Title, hasSmall: !report.Protocol.ComparesFiles, DataOf(key.Kit, smalls, pictures)), key.ToJson());
    }

    private static IEnumerable<FaceImage> Spread(IReadOnlyList<FaceImage> faces, int count) =>
        count < faces.Count ? Enumerable.Range(0, count).Select(i => faces[(int)((long)i * faces.Count / count)]) : faces;

    private static string NewId() => RandomNumberGenerator.GetHexString(IdLength, lowercase: true);

    private static string DataOf(string kit, IReadOnlyList<string> smalls, IReadOnlyList<(MosPicture Picture, string Address, int Small)> pictures)
    {
        using var stream = new MemoryStream();
        // All that is written here is hexadecimal digits and base64, whose "+" would else take six letters; nothing is of a user's making.
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("kit", kit);
            json.WriteStartArray("smalls");
            foreach (var small in smalls)
                json.WriteStringValue(small);
            json.WriteEndArray();
            json.WriteStartArray("pictures");
            foreach (var (picture, address, small) in pictures)
            {
                json.WriteStartObject();
                json.WriteString("id", picture.Id);
                json.WriteNumber("small", small);
                json.WriteString("large", address);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Page(string title, bool hasSmall, string data)
    {
        string[] scale = ["bad", "poor", "fair", "good", "excellent"];
        return Html.Document(title, ["base.css", "mos.css"], $"""
            <main id="start">
            <h1>{title}</h1>
            <p>You will see <span class="count"></span> pictures of faces, one at a time{Html.When(hasSmall, $", and beside each the small picture that it was made from")}. Rate how good each face looks, from 1, bad, to 5, excellent: is it sharp and natural{Html.When(hasSmall, $", and could the small picture be of it")}?</p>
            <p>Click a button, or press <kbd>1</kbd> to <kbd>5</kbd>; <kbd>Backspace</kbd> goes back. Nothing leaves this computer: at the end you save a file with your answers, and hand it in. You may close this page and go on later.</p>
            <form>
            <label>Your name, or any other that nobody else uses<input name="rater" required maxlength="80" autocomplete="off"></label>
            <button class="main">Begin</button>
            </form>
            </main>
            <main id="rate" hidden>
            <div class="progress"><progress max="1" value="0" aria-label="Progress"></progress><span class="at" aria-live="polite"></span></div>
            <div class="pictures">
            <figure class="small"><img alt="The small face"><figcaption>made from this</figcaption></figure>
            <figure class="large"><img alt="The face to rate"></figure>
            </div>
            <div class="scale" role="group" aria-label="How good is the large face?">{scale.Index().Select(step => (Html)$"""<button type="button" data-score="{step.Index + 1}"><b>{step.Index + 1}</b>{step.Item}</button>""")}</div>
            <div class="more"><button type="button" class="back">Back</button><button type="button" class="save">Save what I have</button></div>
            </main>
            <main id="end" hidden>
            <h1>Thank you.</h1>
            <p>You rated <span class="count"></span> pictures. Save your answers, and hand in the file.</p>
            <p><button type="button" class="main save">Save my answers</button></p>
            <div class="more"><button type="button" class="back">Back to the last picture</button><button type="button" class="again">Someone else wants to rate</button></div>
            </main>
            <script type="application/json" id="kit">{Html.Trusted(data)}</script>
            """, "mos.js");
    }
}
