namespace Revisage.Torch;

/// <summary>Wall time and calls by operator, gathered on this thread while it is open. The gradients' pass counts as one.</summary>
public sealed class OperatorProfile : IDisposable
{
    [ThreadStatic]
    private static OperatorProfile? current;

    private readonly Dictionary<string, (long Calls, TimeSpan Time)> spent = [];
    private readonly OperatorProfile? outer = current;

    public OperatorProfile() => current = this;

    internal static OperatorProfile? Current => current;

    /// <summary>The costliest first.</summary>
    public IReadOnlyList<(string Operator, long Calls, TimeSpan Time)> Rows =>
        [.. spent.OrderByDescending(row => row.Value.Time).Select(row => (row.Key, row.Value.Calls, row.Value.Time))];

    public void Dispose() => current = outer;

    internal void Add(string name, TimeSpan time)
    {
        var (calls, total) = spent.GetValueOrDefault(name);
        spent[name] = (calls + 1, total + time);
    }
}
