using System.Security.Cryptography;
using System.Text.Json;
using Revisage.Imaging;

namespace Revisage.Training.Tests.Data.Degradations;

/// <summary>What fixtures/imaging/degradations.py wrote, and the pictures that it and the tests make alike.</summary>
internal sealed record DegradationFixture(JitterCase[] Jitter, ChainCase[] Chain, BlurCase[] Blur)
{
    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web);

    public static DegradationFixture Read() =>
        JsonSerializer.Deserialize<DegradationFixture>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "fixtures", "imaging", "degradations.json")), CamelCase)!;

    /// <summary>The high bytes of a 32-bit linear congruential generator.</summary>
    public static RgbPicture Noise(int seed, int width, int height)
    {
        var state = (uint)seed;
        var values = new byte[3 * width * height];
        for (var i = 0; i < values.Length; i++)
        {
            state = state * 1664525 + 1013904223;
            values[i] = (byte)(state >> 24);
        }

        return new RgbPicture(values, width, height);
    }

    /// <summary>One colour.</summary>
    public static RgbPicture Plain(int width, int height, byte level) => new([.. Enumerable.Repeat(level, 3 * width * height)], width, height);

    /// <summary>Black, but for one white pixel.</summary>
    public static RgbPicture Dot(int side, int x, int y)
    {
        var rgb = new byte[3 * side * side];
        rgb.AsSpan(3 * (y * side + x), 3).Fill(255);
        return new RgbPicture(rgb, side, side);
    }

    public static string Hash(ReadOnlySpan<byte> rgb) => Convert.ToHexStringLower(SHA256.HashData(rgb));
}

internal sealed record JitterCase(string Change, double Amount, string Sha256);

internal sealed record ChainCase(int Side, string Sha256);

internal sealed record BlurCase(double Sigma, byte[] Pixels);
