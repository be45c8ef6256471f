using System.Globalization;
using System.Text;
using System.Text.Json;
using Revisage.Batch;

namespace Revisage.Photographs;

/// <summary>
/// What was done in an output folder: a line of JSON a photograph, added when its result is written, so that a run that was cut off goes on where it
/// ended. A line that is not whole counts as none.
/// </summary>
public sealed class PhotoManifest
{
    /// <summary>The file's name in the output folder.</summary>
    public const string FileName = "enhance.jsonl";

    private readonly string path;
    private readonly HashSet<string> done = new(StringComparer.Ordinal);

    private PhotoManifest(string path) => this.path = path;

    /// <param name="folder">Of the results.</param>
    /// <param name="resume">Whether what its lines say is done is left as it is; otherwise they are forgotten.</param>
    /// <exception cref="RevisageException">The file cannot be read.</exception>
    public static PhotoManifest Open(string folder, bool resume)
    {
        var manifest = new PhotoManifest(Path.GetFullPath(Path.Combine(folder, FileName)));
        try
        {
            if (!File.Exists(manifest.path))
            {
                return manifest;
            }

            if (resume)
            {
                manifest.Take(File.ReadAllText(manifest.path));
            }
            else
            {
                File.Delete(manifest.path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"'{manifest.path}' cannot be read: {e.Message} Give the right to, or choose another folder with -o.", e);
        }

        return manifest;
    }

    /// <summary>Whether an earlier run wrote this result, of the same file by the same options, and it is still there.</summary>
    public bool IsDone(PlannedPicture picture, EnhanceOptions options)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return picture.Input != OutputPlan.StandardStream && File.Exists(picture.Output) && done.Contains(KeyOf(picture, options));
    }

    /// <summary>Adds a line.</summary>
    /// <exception cref="RevisageException">It cannot be written.</exception>
    public void Add(PhotoOutcome outcome, EnhanceOptions options)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        if (outcome.DoneBefore)
        {
            return;
        }

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("input", outcome.Picture.Input);
            json.WriteString("output", outcome.Picture.Output);
            json.WriteString("status", outcome.Failure is null ? "done" : "failed");
            if (outcome.Failure is not null)
            {
                json.WriteString("why", outcome.Failure);
            }
            else
            {
                json.WriteNumber("faces", outcome.Enhanced!.Faces.Count);
                json.WriteNumber("restored", outcome.Enhanced.Restored);
                json.WriteString("key", KeyOf(outcome.Picture, options));
            }

            json.WriteEndObject();
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // A line that a killed run left unfinished must not take this one with it.
            var unfinished = File.Exists(path) && new FileInfo(path).Length > 0 && !EndsInLine();
            File.AppendAllText(path, (unfinished ? "\n" : "") + Encoding.UTF8.GetString(stream.ToArray()) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"'{path}' cannot be written: {e.Message} The results so far are whole; free some space and go on with --resume.", e);
        }
    }

    private bool EndsInLine()
    {
        using var file = File.OpenRead(path);
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() == '\n';
    }

    private void Take(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                using var json = JsonDocument.Parse(line);
                if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("key", out var key) && key.GetString() is { } known)
                {
                    done.Add(known);
                }
            }
            catch (JsonException)
            {
                // Cut off: its photograph is done again.
            }
        }
    }

    // The file as it was, where its result went, and all that the result depends on.
    private static string KeyOf(PlannedPicture picture, EnhanceOptions options)
    {
        var file = new FileInfo(picture.Input);
        return string.Create(CultureInfo.InvariantCulture, $"{Path.GetFullPath(picture.Input)}|{(file.Exists ? file.Length : -1)}|{(file.Exists ? file.LastWriteTimeUtc.Ticks : 0)}|{Path.GetFullPath(picture.Output)}|{options with { TellIdentity = false }}");
    }
}
