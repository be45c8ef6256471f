using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Revisage.Restoration;

/// <summary>The range that a network takes and gives pixels in. Images themselves are always [0, 1].</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ValueRange>))]
public enum ValueRange
{
    /// <summary>[0, 1].</summary>
    [JsonStringEnumMemberName("unit")]
    Unit,

    /// <summary>[-1, 1].</summary>
    [JsonStringEnumMemberName("signed")]
    [SuppressMessage("Naming", "CA1720", Justification = "It says that values have a sign, and names no type.")]
    Signed,

    /// <summary>[0, 255].</summary>
    [JsonStringEnumMemberName("byte")]
    Byte,
}

/// <summary>The one place where pixels change range.</summary>
public static class ValueRanges
{
    /// <summary>From [0, 1] to the range.</summary>
    public static void FromUnit(this ValueRange range, ReadOnlySpan<float> unit, Span<float> values)
    {
        var (low, width) = range.Bounds();
        for (var i = 0; i < unit.Length; i++)
        {
            values[i] = low + width * unit[i];
        }
    }

    /// <summary>From the range to [0, 1]; what lies outside is clipped, and not-a-number becomes 0.</summary>
    public static void ToUnit(this ValueRange range, ReadOnlySpan<float> values, Span<float> unit)
    {
        var (low, width) = range.Bounds();
        for (var i = 0; i < values.Length; i++)
        {
            unit[i] = float.MinNumber(float.MaxNumber((values[i] - low) / width, 0f), 1f);
        }
    }

    /// <summary>The value that [0, 1]'s 0 becomes, and how far its 1 lies above.</summary>
    public static (float Low, float Width) Bounds(this ValueRange range) => range switch
    {
        ValueRange.Unit => (0f, 1f),
        ValueRange.Signed => (-1f, 2f),
        ValueRange.Byte => (0f, 255f),
        _ => throw new ArgumentOutOfRangeException(nameof(range), range, "There is no such range of values."),
    };
}
