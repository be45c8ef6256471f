using System.Text.Json;

namespace Revisage.Faces;

/// <summary>The faces of one photograph.</summary>
/// <param name="File">As it was named.</param>
/// <param name="Width">Of the upright picture, in pixels.</param>
/// <param name="Faces">Best first.</param>
public sealed record DetectedFaces(string File, int Width, int Height, IReadOnlyList<DetectedFace> Faces);

/// <summary>Detected faces for programs.</summary>
public static class DetectionJson
{
    /// <summary>An array of photographs: <c>file</c>, <c>width</c>, <c>height</c> and <c>faces</c>, each with <c>box</c> [x, y, w, h], <c>score</c> and <c>landmarks</c> [[x, y], ..].</summary>
    public static string Of(IEnumerable<DetectedFaces> photographs)
    {
        ArgumentNullException.ThrowIfNull(photographs);
        return IndentedJson.ArrayOf(photographs, Write);
    }

    private static void Write(Utf8JsonWriter json, DetectedFaces photograph)
    {
        json.WriteStartObject();
        json.WriteString("file", photograph.File);
        json.WriteNumber("width", photograph.Width);
        json.WriteNumber("height", photograph.Height);
        json.WriteStartArray("faces");
        foreach (var face in photograph.Faces)
        {
            json.WriteStartObject();
            Numbers("box", face.Box.Left, face.Box.Top, face.Box.Width, face.Box.Height);
            json.WriteNumber("score", Math.Round(face.Score, 4));
            json.WriteStartArray("landmarks");
            foreach (var point in face.Landmarks)
            {
                Numbers(null, point.X, point.Y);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();

        void Numbers(string? name, params ReadOnlySpan<double> values)
        {
            if (name is not null)
            {
                json.WritePropertyName(name);
            }

            json.WriteStartArray();
            foreach (var value in values)
            {
                json.WriteNumberValue(Math.Round(value, 2));
            }

            json.WriteEndArray();
        }
    }
}
