namespace Revisage.Photographs.Video;

/// <summary>One frame.</summary>
/// <param name="Photo">RGB of 8 bits, upright.</param>
/// <param name="Time">In the video's time base.</param>
internal sealed record VideoFrame(Photo Photo, long Time);
