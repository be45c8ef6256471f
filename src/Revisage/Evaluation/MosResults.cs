using System.Text;
using System.Text.Json;

namespace Revisage.Evaluation;

/// <summary>What raters thought of one candidate.</summary>
/// <param name="Name">"HR" of the true pictures.</param>
/// <param name="IsTruth">Whether it is the true pictures that were rated, unknown to the raters.</param>
/// <param name="Mean">The mean opinion score, from 1, bad, to 5, excellent; null where nobody rated it.</param>
/// <param name="Interval">Of <paramref name="Mean"/>; null for fewer than two ratings.</param>
/// <param name="Raters">Those who rated a picture of it.</param>
public sealed record MosScore(string Name, bool IsTruth, double? Mean, Interval? Interval, int Ratings, int Raters);

/// <summary>The answers to a <see cref="MosPage"/>, put together.</summary>
/// <remarks>
/// Intervals are of ratings drawn anew, as if each were of another rater and face. A rater's severity and a face's difficulty are in
/// several of them, so that with few raters they are narrower than they should be.
/// </remarks>
public sealed class MosResults
{
    private const int BootstrapSamples = 1000;

    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    private MosResults(MosKey key, IReadOnlyList<string> raters, IReadOnlyList<MosScore> models, IReadOnlyList<string> notes) =>
        (Kit, Title, Protocol, Raters, Models, Notes) = (key.Kit, key.Title, key.Protocol, raters, models, notes);

    /// <summary>The page that was answered.</summary>
    public string Kit { get; }

    public string Title { get; }

    /// <summary>The name of the protocol that made the small faces.</summary>
    public string Protocol { get; }

    /// <summary>In the order of their files.</summary>
    public IReadOnlyList<string> Raters { get; }

    /// <summary>In the report's order, and after them the true pictures.</summary>
    public IReadOnlyList<MosScore> Models { get; }

    /// <summary>Who left pictures out, and what nobody rated.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <param name="keyPath">The key that was written with the page.</param>
    /// <param name="answerPaths">A file of each rater.</param>
    /// <exception cref="RevisageException">
    /// No answers; a file that cannot be read, or that is of another page; two of one rater; an unknown picture, or a score that is
    /// not 1, 2, 3, 4 or 5.
    /// </exception>
    public static MosResults Read(string keyPath, IReadOnlyList<string> answerPaths)
    {
        ArgumentNullException.ThrowIfNull(answerPaths);
        var key = MosKey.Read(keyPath);
        if (answerPaths.Count == 0)
            throw new RevisageException($"There are no answers to the rating page of '{keyPath}'. Name the files that its raters saved.");

        MosAnswers[] answers = [.. answerPaths.Select(path => MosAnswers.Read(path, key, keyPath))];
        if (answers.Index().GroupBy(one => one.Item.Rater).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            var files = twice.Select(one => $"'{answerPaths[one.Index]}'").ToArray();
            throw new RevisageException($"{files[0]} and {files[1]} are both of rater '{twice.Key}'. Leave one out, or give one of them another 'rater' if they are two people.");
        }

        MosScore[] models = [.. key.Models.Select(model => ScoreOf(key, model, answers)), ScoreOf(key, null, answers)];
        var incomplete = answers.Where(one => one.Ratings.Count < key.Pictures.Count)
            .Select(one => $"'{one.Rater}' rated {one.Ratings.Count} of {key.Pictures.Count} pictures; these count.");
        var unrated = models.Where(model => model.Ratings == 0).Select(model => $"Nobody rated a picture of '{model.Name}'.");
        return new MosResults(key, [.. answers.Select(one => one.Rater)], models, [.. incomplete, .. unrated]);
    }

    private static MosScore ScoreOf(MosKey key, string? model, MosAnswers[] answers)
    {
        // By face, so that ratings of every model are drawn anew alike.
        string[] ids = [.. key.Pictures.Where(picture => picture.Model == model).OrderBy(picture => picture.Face, StringComparer.Ordinal).Select(picture => picture.Id)];
        double[][] byRater = [.. answers.Select(one => ids.Where(one.Ratings.ContainsKey).Select(id => one.Ratings[id]).ToArray())];
        double[] scores = [.. byRater.SelectMany(ratings => ratings)];
        return new MosScore(
            model ?? "HR", model is null, scores.Length == 0 ? null : scores.Average(), new Bootstrap(BootstrapSamples, key.Seed).IntervalsOf([scores])?[0],
            scores.Length, byRater.Count(ratings => ratings.Length > 0));
    }

    /// <summary>For programs.</summary>
    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Indented))
        {
            json.WriteStartObject();
            json.WriteString("kit", Kit);
            json.WriteString("title", Title);
            json.WriteString("protocol", Protocol);
            json.WriteNumber("raters", Raters.Count);
            json.WriteStartArray("models");
            foreach (var model in Models)
                Write(json, model);
            json.WriteEndArray();
            json.WriteStartArray("notes");
            foreach (var note in Notes)
                json.WriteStringValue(note);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, MosScore model)
    {
        json.WriteStartObject();
        json.WriteString("name", model.Name);
        json.WriteBoolean("truth", model.IsTruth);
        if (model.Mean is { } mean)
            json.WriteNumber("mos", mean);
        else
            json.WriteNull("mos");
        if (model.Interval is { } interval)
        {
            json.WriteStartArray("interval");
            json.WriteNumberValue(interval.Low);
            json.WriteNumberValue(interval.High);
            json.WriteEndArray();
        }
        else
        {
            json.WriteNull("interval");
        }

        json.WriteNumber("ratings", model.Ratings);
        json.WriteNumber("raters", model.Raters);
        json.WriteEndObject();
    }
}
