using System.Numerics;

namespace Revisage.Data.Sources;

/// <summary>
/// One face's points in a file of its own: iBUG's <c>.pts</c> (a text of version, n_points and the points between
/// braces, which count from 1 as MATLAB does), or Torch 7's <c>.t7</c> (<see cref="Torch7TensorFile"/>).
/// </summary>
internal static class PointsFile
{
    // A .pts of 68 points takes 3 KB.
    private const int MostPoints = 1000;

    public static bool IsOne(string path) =>
        Path.GetExtension(path.AsSpan()) is var extension
        && (extension.Equals(".pts", StringComparison.OrdinalIgnoreCase) || extension.Equals(".t7", StringComparison.OrdinalIgnoreCase));

    /// <summary>The points, counting from 0; null if the file is damaged.</summary>
    /// <param name="damage">What was found instead.</param>
    public static Vector2[]? Read(string path, out string damage) =>
        path.EndsWith(".t7", StringComparison.OrdinalIgnoreCase) ? Torch7TensorFile.ReadPoints(path, out damage) : ReadText(path, out damage);

    private static Vector2[]? ReadText(string path, out string damage)
    {
        using var table = new AnnotationTable(path);
        var announced = -1;
        while (table.Next() && !table[0].StartsWith('{'))
        {
            if (table[0].StartsWith("n_points", StringComparison.OrdinalIgnoreCase)
                && (!table.TryInteger(table.Count - 1, out announced) || announced is < 1 or > MostPoints))
            {
                damage = $"line {table.Number} is '{table.Excerpt()}', not a number of points from 1 to {MostPoints}";
                return null;
            }
        }

        var points = new List<Vector2>();
        while (table.Next() && !table[0].StartsWith('}'))
        {
            if (table.Count != 2 || !table.TryPoint(0, out var point) || points.Count == MostPoints)
            {
                damage = $"line {table.Number} is '{table.Excerpt()}', not the two numbers of a point";
                return null;
            }

            points.Add(point - Vector2.One);
        }

        damage = announced < 0 ? "it announces no number of points"
            : announced != points.Count ? $"it announces {announced} points and holds {points.Count}"
            : "";
        return damage.Length == 0 ? [.. points] : null;
    }
}
