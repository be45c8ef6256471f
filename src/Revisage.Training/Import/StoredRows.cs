using Revisage.Torch;

namespace Revisage.Training.Import;

internal static class StoredRows
{
    /// <summary>Its first axis in another order.</summary>
    /// <param name="rows">For each row of the result where it is now.</param>
    public static StoredArray InOrder(this StoredArray array, IReadOnlyList<int> rows)
    {
        var bytes = array.Bytes.ToArray();
        var length = bytes.Length / rows.Count;
        return array with { Bytes = rows.SelectMany(row => bytes.Skip(row * length).Take(length)).ToArray() };
    }
}
