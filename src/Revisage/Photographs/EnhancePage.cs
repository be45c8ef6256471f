using System.Globalization;
using Revisage.Batch;
using Revisage.Evaluation;

namespace Revisage.Photographs;

/// <summary>
/// What became of photographs, to look at: one HTML file that needs no network, with each photograph before and after, its faces boxed and listed.
/// It is written as the results come, so that the pictures of one photograph at a time are in memory, and appears whole or not at all. Not for
/// several threads at once.
/// </summary>
public sealed class EnhancePage : IDisposable
{
    private const string Title = "Photographs enhanced";

    private readonly GrowingFile file;
    private int photographs;
    private int failed;
    private int restored;
    private int left;

    /// <param name="path">Replaced by <see cref="Complete"/>.</param>
    /// <exception cref="RevisageException">The folder cannot be written to.</exception>
    public EnhancePage(string path)
    {
        file = new GrowingFile(path);
        file.Append(((Html)$"""
            {Html.Opening(Title, ["base.css", "report.css", "enhance.css"])}<header>
            <h1>{Title}</h1>
            <p class="lead">The details of restored faces are the network's guess and are not for identification.</p>
            </header>
            <main>

            """).ToString());
    }

    /// <param name="outcome">With its pictures, where it has a result: see <see cref="PhotoBatch.TakePictures"/>.</param>
    /// <exception cref="RevisageException">The disk is full, or the like.</exception>
    public void Add(PhotoOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var id = $"p{++photographs}";
        failed += outcome.Failure is null ? 0 : 1;
        var enhanced = outcome.Enhanced;
        restored += enhanced?.Restored ?? 0;
        left += enhanced is null ? 0 : enhanced.Faces.Count - enhanced.Restored;

        var name = NameOf(outcome.Picture);
        file.Append(((Html)$"""
            <section class="photo" id="{id}">
            <h2><bdi>{name}</bdi></h2>
            {Lead(outcome)}
            {(enhanced is null || outcome.Pictures is null ? null : (Html)$"{Whole(id, name, enhanced, outcome.Pictures)}{FacesOf(id, enhanced, outcome.Pictures)}")}
            </section>

            """).ToString());
    }

    /// <summary>Puts the page in its place.</summary>
    /// <inheritdoc cref="Add"/>
    public void Complete()
    {
        file.Append(((Html)$"""
            <section>
            <h2>In all</h2>
            <p>{Count(photographs, "photograph")}{Html.When(failed > 0, $", {failed} of them failed")}; {Count(restored, "face")} restored, {left} left as they are.</p>
            <dl>
            <dt>size</dt><dd>the larger side of the face's box, in pixels of the photograph that was given</dd>
            <dt>score</dt><dd>how sure the detector is that it is a face, from 0 to 1</dd>
            <dt>yaw, roll</dt><dd>how far the face is turned aside, positive towards the picture's right, and how far it leans, clockwise; in degrees, about</dd>
            <dt>strength</dt><dd>how much of what the model made was blended in</dd>
            <dt>identity</dt><dd>cosine similarity of the face before and after, by a face recognition network; 1 is the same</dd>
            </dl>
            </section>
            </main>
            {Html.Closing("enhance.js")}
            """).ToString());
        file.Complete();
    }

    /// <summary>Without <see cref="Complete"/> before it, nothing is left of the page.</summary>
    public void Dispose() => file.Dispose();

    private static Html Lead(PhotoOutcome outcome)
    {
        if (outcome.Failure is { } why)
        {
            return $"""<p class="worst">{why}</p>""";
        }

        Html output = $"<bdi>{Place(outcome.Picture.Output, "standard output")}</bdi>";
        return outcome.Enhanced is not { } enhanced
            ? (Html)$"""<p class="lead">Done by an earlier run and not shown; its result is {output}.</p>"""
            : $"""
                <p class="lead"><bdi>{Place(outcome.Picture.Input, "standard input")}</bdi>{(outcome.Pictures is { } pictures ? (Html)$", {pictures.Before.Width} × {pictures.Before.Height}" : null)}<br>
                result: {output}, {enhanced.Width} × {enhanced.Height}</p>
                """;
    }

    private static Html Whole(string id, string name, FaceReport enhanced, PhotoPictures pictures)
    {
        var (before, after) = (pictures.Before, pictures.After);
        var shown = Math.Min(1, (double)PhotoPictures.LongestSide / Math.Max(after.Width, after.Height)) * after.Width;
        return $"""
            <figure class="whole" style="--wide: {shown:0}px; --ratio: {(double)after.Width / after.Height:0.####}">
            <div class="compare">
            <div class="was"><img loading="lazy" decoding="async" draggable="false" src="{Html.AddressOf(before.Jpeg)}" width="{before.Width}" height="{before.Height}" alt="before: {name}"><span class="tag">before</span></div>
            <div class="is"><img loading="lazy" decoding="async" draggable="false" src="{Html.AddressOf(after.Jpeg)}" width="{after.Width}" height="{after.Height}" alt="after: {name}"><span class="tag">after</span></div>
            <div class="marks">{enhanced.Faces.Index().Select(face => Mark(id, face.Index + 1, face.Item, before))}</div>
            </div>
            <div class="controls" hidden>
            <input type="range" class="cut" min="0" max="100" value="50" aria-label="Where before ends and after begins, from the left: {name}">
            <label><input type="checkbox" class="beside"> side by side</label>
            <label><input type="checkbox" class="boxes" checked> boxes</label>
            </div>
            </figure>
            """;
    }

    private static Html Mark(string id, int number, FaceOutcome outcome, ShownPhoto photo)
    {
        var box = outcome.Face.Found.Box;
        var (left, top) = (Math.Clamp(box.Left / photo.Width, 0, 1), Math.Clamp(box.Top / photo.Height, 0, 1));
        var (right, bottom) = (Math.Clamp(box.Right / photo.Width, left, 1), Math.Clamp(box.Bottom / photo.Height, top, 1));
        var what = outcome.Model is null ? "left as it is" : "restored";
        return $"""<a class="mark {(outcome.Model is null ? "left" : "restored")}" href="#{id}f{number}" aria-label="face {number}, {what}" title="face {number}, {what}" style="left: {100 * left:0.###}%; top: {100 * top:0.###}%; width: {100 * (right - left):0.###}%; height: {100 * (bottom - top):0.###}%"><span>{number}</span></a>""";
    }

    private static Html FacesOf(string id, FaceReport enhanced, PhotoPictures pictures)
    {
        if (enhanced.Faces.Count == 0)
        {
            return $"""<p class="lead">No face was found.</p>""";
        }

        return $"""
            <div class="scroll" tabindex="0" role="region" aria-label="Faces">
            <table class="numbers">
            <thead><tr><th scope="col">face</th><th scope="col">size</th><th scope="col">score</th><th scope="col">yaw</th><th scope="col">roll</th><th scope="col">model</th><th scope="col">strength</th><th scope="col">identity</th><th scope="col" class="why">left as it is because</th></tr></thead>
            <tbody>
            {enhanced.Faces.Index().Select(face => Row(id, face.Index + 1, face.Item))}
            </tbody>
            </table>
            </div>
            <ul class="crops">{enhanced.Faces.Zip(pictures.Faces).Index().Where(face => face.Item.Second is not null).Select(face => Crop(face.Index + 1, face.Item.First, face.Item.Second!))}</ul>
            """;
    }

    private static Html Row(string id, int number, FaceOutcome outcome)
    {
        var (face, was) = (outcome.Face, outcome.Model is not null);
        return $"""
            <tr id="{id}f{number}" tabindex="-1"><th scope="row">{number}</th><td>{face.Found.Box.Size:0.#}</td><td>{face.Found.Score:0.00}</td><td>{(int)Math.Round(face.Yaw):0;−0}°</td><td>{(int)Math.Round(face.Roll):0;−0}°</td><td>{outcome.Model ?? "–"}</td><td>{(was ? outcome.Strength.ToString("0.##", CultureInfo.InvariantCulture) : "–")}</td><td>{outcome.Identity?.ToString("0.00", CultureInfo.InvariantCulture) ?? "–"}</td><td class="why">{outcome.Skipped?.Why}</td></tr>

            """;
    }

    private static Html Crop(int number, FaceOutcome outcome, FacePictures pictures) => $"""
        <li><figure>
        <img loading="lazy" decoding="async" src="{Html.AddressOf(pictures.Before)}" width="{PhotoPictures.FaceSide}" height="{PhotoPictures.FaceSide}" alt="face {number} before"><img loading="lazy" decoding="async" src="{Html.AddressOf(pictures.After)}" width="{PhotoPictures.FaceSide}" height="{PhotoPictures.FaceSide}" alt="face {number} after, details guessed">
        <figcaption>face {number}, {outcome.Face.Found.Box.Size:0} pixels: before, enlarged; after, details guessed</figcaption>
        </figure></li>

        """;

    private static string NameOf(PlannedPicture picture) => picture.Input == OutputPlan.StandardStream ? "standard input" : Path.GetFileName(picture.Input);

    private static string Place(string path, string stream) => path == OutputPlan.StandardStream ? stream : path;

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
