using System.Text.Json;

namespace Revisage.Photographs;

/// <summary>What was done to photographs, for programs.</summary>
public static class EnhanceJson
{
    /// <summary>
    /// An array of photographs: <c>file</c>, <c>output</c>, <c>status</c> (done, skipped, failed) with <c>why</c>, <c>width</c>, <c>height</c>, <c>seconds</c> by stage
    /// and <c>faces</c>, each with <c>box</c> [x, y, w, h] in pixels of the photograph, <c>size</c>, <c>score</c>, <c>yaw</c>, <c>roll</c>, <c>model</c>, <c>strength</c>,
    /// <c>identity</c>, or <c>skipped</c> with why.
    /// </summary>
    public static string Of(IEnumerable<PhotoOutcome> photographs)
    {
        ArgumentNullException.ThrowIfNull(photographs);
        return IndentedJson.ArrayOf(photographs, Write);
    }

    private static void Write(Utf8JsonWriter json, PhotoOutcome photograph)
    {
        json.WriteStartObject();
        json.WriteString("file", photograph.Picture.Input);
        json.WriteString("output", photograph.Picture.Output);
        json.WriteString("status", photograph.Failure is not null ? "failed" : photograph.DoneBefore ? "skipped" : "done");
        if (photograph.Failure is not null)
        {
            json.WriteString("why", photograph.Failure);
        }

        if (photograph.Enhanced is { } enhanced)
        {
            json.WriteNumber("width", enhanced.Width);
            json.WriteNumber("height", enhanced.Height);
            json.WriteStartObject("seconds");
            json.WriteNumber("detect", Seconds(enhanced.Times.Detect));
            json.WriteNumber("restore", Seconds(enhanced.Times.Restore));
            json.WriteNumber("background", Seconds(enhanced.Times.Background));
            json.WriteNumber("blend", Seconds(enhanced.Times.Blend));
            json.WriteEndObject();
            json.WriteStartArray("faces");
            foreach (var face in enhanced.Faces)
            {
                Write(json, face);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, FaceOutcome face)
    {
        var box = face.Face.Found.Box;
        json.WriteStartObject();
        json.WriteStartArray("box");
        foreach (var value in new[] { box.Left, box.Top, box.Width, box.Height })
        {
            json.WriteNumberValue(Math.Round(value, 2));
        }

        json.WriteEndArray();
        json.WriteNumber("size", Math.Round(box.Size, 2));
        json.WriteNumber("score", Math.Round(face.Face.Found.Score, 4));
        json.WriteNumber("yaw", Math.Round(face.Face.Yaw, 1));
        json.WriteNumber("roll", Math.Round(face.Face.Roll, 1));
        if (face.Skipped is { } skipped)
        {
            json.WriteString("skipped", skipped.Why);
        }
        else
        {
            json.WriteString("model", face.Model);
            json.WriteNumber("strength", Math.Round(face.Strength, 3));
        }

        if (face.Identity is { } identity)
        {
            json.WriteNumber("identity", Math.Round(identity, 4));
        }

        json.WriteEndObject();
    }

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 4);
}
