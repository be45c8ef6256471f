using System.Text.Json;
using Revisage.Imaging;

namespace Revisage.Tests.Imaging;

/// <summary>What fixtures/imaging/make_fixtures.py wrote, and the pictures that it and the tests make alike.</summary>
internal static class ImagingFixtures
{
    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web);

    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "fixtures", "imaging", name);

    public static T[] Read<T>(string name) => JsonSerializer.Deserialize<T[]>(File.ReadAllBytes(PathOf(name)), CamelCase)!;

    /// <summary>[height, width, 3]: the high bytes of a 32-bit linear congruential generator.</summary>
    public static byte[] Noise(int seed, int width, int height)
    {
        var state = (uint)seed;
        var values = new byte[3 * width * height];
        for (var i = 0; i < values.Length; i++)
        {
            state = state * 1664525 + 1013904223;
            values[i] = (byte)(state >> 24);
        }

        return values;
    }

    /// <summary>An image of one colour, 0 to 255.</summary>
    public static Image Plain(int width, int height, byte red, byte green, byte blue)
    {
        var rgb = new byte[3 * width * height];
        for (var i = 0; i < rgb.Length; i += 3)
            (rgb[i], rgb[i + 1], rgb[i + 2]) = (red, green, blue);
        return Image.FromRgb24(width, height, rgb);
    }

    /// <summary>The 8-bit colour of a pixel.</summary>
    public static (int Red, int Green, int Blue) At(Image image, int x, int y)
    {
        var rgb = image.ToRgb24().AsSpan(3 * (y * image.Width + x), 3);
        return (rgb[0], rgb[1], rgb[2]);
    }
}
