using Revisage.Photographs.Video;

namespace Revisage.Tests.Photographs.Video;

/// <summary>A test that wants ffmpeg.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FfmpegFactAttribute : FactAttribute
{
    public FfmpegFactAttribute() => Skip = Ffmpeg.IsInstalled ? null : "ffmpeg is not installed: 'apt-get install ffmpeg'.";
}

/// <summary>A theory that wants ffmpeg.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FfmpegTheoryAttribute : TheoryAttribute
{
    public FfmpegTheoryAttribute() => Skip = Ffmpeg.IsInstalled ? null : "ffmpeg is not installed: 'apt-get install ffmpeg'.";
}
