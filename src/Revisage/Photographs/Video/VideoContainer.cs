namespace Revisage.Photographs.Video;

/// <summary>What results are written in, and what of the input goes into it as it is.</summary>
/// <param name="Muxer">ffmpeg's name of it.</param>
/// <param name="Pictures">ffmpeg's options of the encoder.</param>
/// <param name="Sound">Codecs of sound that are copied; null for all.</param>
/// <param name="OtherSound">What others are encoded by.</param>
/// <param name="Subtitles">Codecs of subtitles that are copied.</param>
/// <param name="TextSubtitles">What other subtitles of text become; those of pictures are left out.</param>
internal sealed record VideoContainer(
    string Muxer, IReadOnlyList<string> Pictures, IReadOnlySet<string>? Sound, string OtherSound, IReadOnlySet<string> Subtitles, string TextSubtitles)
{
    // Quality at which the encoder adds nothing that one sees.
    private static readonly string[] H264 = ["-c:v", "libx264", "-preset", "medium", "-crf", "16"];
    private static readonly string[] Vp9 = ["-c:v", "libvpx-vp9", "-crf", "20", "-b:v", "0", "-row-mt", "1", "-deadline", "good", "-cpu-used", "4"];
    private static readonly HashSet<string> Text = ["subrip", "srt", "ass", "ssa", "webvtt", "mov_text", "text"];

    public bool IsMatroska => Muxer == "matroska";

    public bool IsMp4 => Muxer is "mp4" or "mov";

    /// <param name="path">Of a result.</param>
    /// <returns>Null where its ending is none that is written.</returns>
    public static VideoContainer? Of(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".mp4" or ".m4v" => new("mp4", [.. H264, "-movflags", "+faststart"], Set("aac", "mp3", "ac3", "eac3", "alac", "opus"), "aac", Set("mov_text"), "mov_text"),
        ".mov" => new("mov", [.. H264, "-movflags", "+faststart"], Set("aac", "mp3", "ac3", "eac3", "alac", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be"), "aac", Set("mov_text"), "mov_text"),
        ".mkv" => new("matroska", H264, null, "aac", Set("subrip", "ass", "ssa", "webvtt", "dvd_subtitle", "hdmv_pgs_subtitle", "dvb_subtitle"), "subrip"),
        ".webm" => new("webm", Vp9, Set("opus", "vorbis"), "libopus", Set("webvtt"), "webvtt"),
        _ => null,
    };

    /// <returns>ffmpeg's name of what a stream of subtitles becomes; null where it is left out.</returns>
    public string? SubtitlesAs(string codec) => Subtitles.Contains(codec) ? "copy" : Text.Contains(codec) ? TextSubtitles : null;

    public string SoundAs(string codec) => Sound?.Contains(codec) != false ? "copy" : OtherSound;

    private static HashSet<string> Set(params string[] codecs) => [.. codecs];
}
