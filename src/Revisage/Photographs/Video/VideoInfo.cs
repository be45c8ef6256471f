namespace Revisage.Photographs.Video;

/// <summary>What a video's file says of itself.</summary>
/// <param name="Stream">The pictures' place among the file's streams.</param>
/// <param name="Width">Of its frames as they are shown, upright, in pixels.</param>
/// <param name="TimeBase">The unit of the frames' times, in seconds.</param>
/// <param name="Rate">Frames a second, on average.</param>
/// <param name="Start">The first frame's time in seconds.</param>
/// <param name="Frames">About how many there are; 0 where it is not known.</param>
/// <param name="PixelAspect">A pixel's width over its height.</param>
/// <param name="Sound">The streams of sound.</param>
/// <param name="Subtitles">Those of subtitles.</param>
internal sealed record VideoInfo(
    int Stream, int Width, int Height, Fraction TimeBase, Fraction Rate, double Start, long Frames, Fraction PixelAspect, VideoColours Colours,
    IReadOnlyList<VideoTrack> Sound, IReadOnlyList<VideoTrack> Subtitles);

/// <summary>A stream besides the pictures.</summary>
/// <param name="Index">Its place among the file's streams.</param>
/// <param name="Codec">ffmpeg's name of it.</param>
internal readonly record struct VideoTrack(int Index, string Codec);

/// <summary>How a video's colours are meant, by ffmpeg's names; null where the file does not say.</summary>
internal readonly record struct VideoColours(string? Matrix, string? Primaries, string? Transfer);

internal readonly record struct Fraction(int Over, int Under)
{
    public double Value => (double)Over / Under;

    /// <param name="text">Such as 30000/1001 or 16:15.</param>
    /// <returns>Null of one that is none, or 0.</returns>
    public static Fraction? Parse(string? text) =>
        text?.Split('/', ':') is [var over, var under] && int.TryParse(over, out var a) && int.TryParse(under, out var b) && a > 0 && b > 0 ? new Fraction(a, b) : null;
}
