using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Revisage.Evaluation;

/// <summary>What a rating page must not tell: which picture is whose.</summary>
/// <param name="Kit">Of one page, and of the answers that it gives.</param>
/// <param name="Models">In the report's order.</param>
internal sealed record MosKey(string Kit, string Title, string Protocol, int Seed, IReadOnlyList<string> Models, IReadOnlyList<MosPicture> Pictures)
{
    /// <exception cref="RevisageException">The file cannot be read, or is no key.</exception>
    public static MosKey Read(string path)
    {
        var key = MosFile.Read(path, "key file", MosJson.Default.MosKey);
        var known = key.Models.ToHashSet();
        return key.Pictures.All(picture => picture is not null && (picture.Model is null || known.Contains(picture.Model))) && key.Pictures.DistinctBy(picture => picture.Id).Count() == key.Pictures.Count
            ? key
            : throw new RevisageException($"'{path}' is no key of a rating page: its pictures do not go with its models. Give the file that was written with the page.");
    }

    public string ToJson() => JsonSerializer.Serialize(this, MosJson.Default.MosKey);
}

/// <param name="Model">Null of the true picture.</param>
/// <param name="Face">The true picture's file.</param>
internal sealed record MosPicture(string Id, string? Model, string Face);

/// <summary>What one rater's page saved.</summary>
/// <param name="Ratings">A score for each picture that was rated, by its id.</param>
internal sealed record MosAnswers(string Kit, string Rater, IReadOnlyDictionary<string, double> Ratings)
{
    /// <exception cref="RevisageException">The file cannot be read, is of another page, or holds what the page never saves.</exception>
    public static MosAnswers Read(string path, MosKey key, string keyPath)
    {
        var answers = MosFile.Read(path, "answers file", MosJson.Default.MosAnswers);
        if (answers.Kit != key.Kit)
            throw new RevisageException($"'{path}' answers the rating page '{answers.Kit}', but '{keyPath}' is the key of '{key.Kit}'. Give the key that was written with that page.");

        var known = key.Pictures.Select(picture => picture.Id).ToHashSet();
        foreach (var (id, score) in answers.Ratings)
        {
            if (!known.Contains(id))
                throw new RevisageException($"'{path}' rates a picture '{id}', which is none of the {known.Count} of '{keyPath}'. Ask the rater to save the answers again.");
            if (score is not (1 or 2 or 3 or 4 or 5))
                throw new RevisageException(FormattableString.Invariant($"'{path}' gives picture '{id}' a score of {score}, but scores are 1, 2, 3, 4 or 5. Ask the rater to save the answers again."));
        }

        return answers;
    }
}

internal static class MosFile
{
    public static T Read<T>(string path, string kind, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new RevisageException($"'{path}' is no {kind} of a rating page: {e.Message} Give the file as it was saved.", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RevisageException($"'{path}', a rating page's {kind}, does not exist. Check the name.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"'{path}', a rating page's {kind}, cannot be read: {e.Message} Check its permissions.", e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(MosKey))]
[JsonSerializable(typeof(MosAnswers))]
internal sealed partial class MosJson : JsonSerializerContext;
