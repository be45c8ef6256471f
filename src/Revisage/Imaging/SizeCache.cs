using System.Collections.Concurrent;

namespace Revisage.Imaging;

/// <summary>Resampling coefficients by the sizes they are for. Thread-safe.</summary>
internal sealed class SizeCache<TKey, TValue>(Func<TKey, TValue> make)
    where TKey : notnull
{
    private const int Capacity = 512;

    private readonly ConcurrentDictionary<TKey, TValue> values = new();

    public TValue this[TKey key]
    {
        get
        {
            if (values.TryGetValue(key, out var value))
                return value;

            // Augmentation asks for many sizes; starting over costs less than remembering which are old.
            if (values.Count >= Capacity)
                values.Clear();
            return values.GetOrAdd(key, make);
        }
    }
}
