using Revisage.Batch;
using Revisage.Photographs;
using Revisage.Photographs.Video;

namespace Revisage.Tests.Photographs.Video;

public sealed class VideoEnhancerTests : IDisposable
{
    private static readonly int[] Constant = [0, 40, 80, 120, 160, 200];
    private static readonly int[] Variable = [0, 10, 50, 60, 200, 330];

    private readonly StandInPhotoModels models = new();
    private readonly PhotoEnhancer enhancer;
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-video-").FullName;

    public VideoEnhancerTests() => enhancer = PhotoEnhancer.Open(models.Store);

    public void Dispose()
    {
        enhancer.Dispose();
        models.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [FfmpegTheory]
    [InlineData(true, ".mp4", ".mp4")]
    [InlineData(false, ".mp4", ".mp4")]
    [InlineData(false, ".mkv", ".mkv")]
    [InlineData(false, ".mkv", ".mp4")]
    [InlineData(false, ".mp4", ".mkv")]
    [InlineData(false, ".mp4", ".mov")]
    public async Task Every_frame_keeps_its_time(bool constant, string from, string to)
    {
        var times = constant ? Constant : Variable;
        var clip = await TestClips.Write(In("clip" + from), times);

        var video = await Enhance(clip, In("out" + to));

        video.Frames.ShouldBe(times.Length);
        (await TestClips.Times(clip)).ShouldBe(times);
        (await TestClips.Times(In("out" + to))).ShouldBe(times);
    }

    [FfmpegTheory]
    [InlineData(".mp4", ".mp4", "aac", "mov_text")]
    [InlineData(".mkv", ".mp4", "aac", "mov_text")]
    [InlineData(".mp4", ".mkv", "aac", "subrip")]
    public async Task Sound_subtitles_and_tags_come_along(string from, string to, string sound, string subtitles)
    {
        var clip = await TestClips.Write(In("clip" + from), Variable, "-metadata", "title=A walk");

        await Enhance(clip, In("out" + to));

        (await TestClips.Probe(In("out" + to), "-show_entries", "stream=codec_name")).ShouldBe(["h264", sound, subtitles]);
        (await TestClips.Probe(In("out" + to), "-show_entries", "format_tags=title")).ShouldBe(["A walk"]);
        // Copied: the very packets.
        (await Packets(In("out" + to))).ShouldBe(await Packets(clip));

        async Task<string> Packets(string path) => await TestClips.Run("ffmpeg", "-nostdin", "-v", "error", "-i", path, "-map", "0:a", "-c", "copy", "-f", "md5", "-");
    }

    [FfmpegFact]
    public async Task A_film_of_another_container_gets_sound_that_the_new_one_holds()
    {
        var clip = await TestClips.Write(In("clip.mkv"), Constant, "-c:a", "flac");

        await Enhance(clip, In("out.mp4"));

        (await TestClips.Probe(In("out.mp4"), "-select_streams", "a", "-show_entries", "stream=codec_name")).ShouldBe(["aac"]);
    }

    [FfmpegFact]
    public async Task What_lies_on_its_side_is_restored_upright_and_stays_so()
    {
        var clip = await TestClips.Write(In("flat.mp4"), Constant);
        await TestClips.Run("ffmpeg", "-nostdin", "-v", "error", "-i", clip, "-map", "0", "-c", "copy", "-metadata:s:v:0", "rotate=90", In("turned.mp4"));

        var video = await Enhance(In("turned.mp4"), In("out.mp4"), new EnhanceOptions { Scale = 1 });

        (video.Width, video.Height).ShouldBe((96, 192));
        (await TestClips.Probe(In("out.mp4"), "-select_streams", "v", "-show_entries", "stream=width,height:stream_side_data=rotation")).ShouldBe(["96,192"]);
        // Decoders turn what is marked; the result needs no mark to look the same.
        var (given, made) = (await TestClips.Frames(In("turned.mp4")), await TestClips.Frames(In("out.mp4")));
        made.Length.ShouldBe(given.Length);
        given.Zip(made, (one, other) => (double)Math.Abs(one - other)).Average().ShouldBeLessThan(10);
    }

    [FfmpegFact]
    public async Task Faces_are_restored_in_every_frame_and_one_face_is_told_once()
    {
        var clip = await TestClips.Write(In("clip.mp4"), Constant);

        var video = await Enhance(clip, In("out.mp4"), new EnhanceOptions { Scale = 1 });
        await new VideoEnhancer(enhancer, new EnhanceOptions { Scale = 1, Strength = 0 }).EnhanceAsync(clip, In("plain.mp4"));

        video.Faces.ShouldHaveSingleItem().Model.ShouldBe("light-32");
        var (plain, made) = (await TestClips.Frames(In("plain.mp4")), await TestClips.Frames(In("out.mp4")));
        for (var frame = 0; frame < Constant.Length; frame++)
        {
            Change(frame, inside: true).ShouldBeGreaterThan(8 * Change(frame, inside: false));
        }

        double Change(int frame, bool inside) => Enumerable.Range(0, 192 * 96).Where(pixel => inside ? pixel % 192 is >= 64 and < 96 && pixel / 192 is >= 32 and < 64 : pixel % 192 < 48)
            .Average(pixel => Math.Abs(plain[3 * (frame * 192 * 96 + pixel)] - made[3 * (frame * 192 * 96 + pixel)]));
    }

    [FfmpegFact]
    public async Task However_long_a_clip_is_no_more_frames_are_in_memory()
    {
        var clip = await TestClips.Write(In("clip.mp4"), [.. Enumerable.Range(0, 50).Select(i => 10 * i)]);

        var video = await Enhance(clip, In("out.mp4"), new EnhanceOptions { Scale = 1 });

        video.Frames.ShouldBe(50);
        // Two that wait on either side of the networks, and one in each of the three stages' hands.
        video.MostFrames.ShouldBeInRange(1, 7);
    }

    [FfmpegFact]
    public async Task A_damaged_clip_fails_alone_and_leaves_nothing()
    {
        await TestClips.Write(In("in/a.mp4"), Constant);
        await File.WriteAllTextAsync(In("in/b.mp4"), "no video");
        await File.WriteAllBytesAsync(In("in/c.mp4"), (await File.ReadAllBytesAsync(In("in/a.mp4")))[..2000]);
        PhotoFile.Save(PhotoEnhancerTests.PhotoWithFaces(new PhotoLayout(3, false, 1)), In("in/d.png"));
        var plan = OutputPlan.Create([In("in")], In("out"), Path.GetExtension, path => PhotoFile.CanSave(path) || VideoFile.CanSave(path), PhotoFile.Writable, VideoFile.IsVideo);

        var outcomes = new List<PhotoOutcome>();
        await foreach (var outcome in new PhotoBatch(enhancer, new EnhanceOptions { Scale = 1 }).RunAsync(plan))
        {
            outcomes.Add(outcome);
        }

        outcomes.Select(outcome => outcome.Failure is null).ShouldBe([true, false, false, true]);
        outcomes[1].Failure!.ShouldMatch(@"^'.*b\.mp4' cannot be read as a video: [^\n]+\. Leave it out, or mend it\.$");
        Directory.GetFiles(In("out")).Select(Path.GetFileName).Order().ShouldBe(["a.mp4", "d.png"]);
    }

    [FfmpegFact]
    public async Task Who_stops_it_finds_nothing_left()
    {
        var clip = await TestClips.Write(In("in/clip.mp4"), [.. Enumerable.Range(0, 50).Select(i => 10 * i)]);
        using var stop = new CancellationTokenSource();
        var progress = new Stopping(stop);

        await Should.ThrowAsync<OperationCanceledException>(() => new VideoEnhancer(enhancer, new EnhanceOptions()).EnhanceAsync(clip, In("out/clip.mp4"), progress, stop.Token));

        progress.Frames.ShouldBeLessThan(50);
        Directory.GetFileSystemEntries(In("out")).ShouldBeEmpty();
    }

    [FfmpegFact]
    public async Task A_file_with_sound_alone_is_no_video()
    {
        await TestClips.Run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=0.1", In("tone.mp4"));

        (await Should.ThrowAsync<RevisageException>(() => Enhance(In("tone.mp4"), In("out.mp4")))).Message.ShouldBe($"'{In("tone.mp4")}' is no video: it holds no moving pictures. Leave it out.");
    }

    [FfmpegFact]
    public async Task Names_with_dashes_quotes_and_colons_are_names()
    {
        var clip = await TestClips.Write(In("-a 'b' \"c\": 😀.mp4"), Constant);

        (await Enhance(clip, In("-out: 'x' 😀.mp4"), new EnhanceOptions { Scale = 1 })).Frames.ShouldBe(Constant.Length);
        File.Exists(In("-out: 'x' 😀.mp4")).ShouldBeTrue();
    }

    [FfmpegFact]
    public async Task A_result_of_odd_sides_loses_no_pixel()
    {
        var clip = await TestClips.Write(In("clip.mp4"), Constant);

        await Enhance(clip, In("out.mp4"), new EnhanceOptions { Scale = 1.005 });

        (await TestClips.Probe(In("out.mp4"), "-select_streams", "v", "-show_entries", "stream=width,height")).ShouldBe(["193,96"]);
    }

    [Fact]
    public void Without_ffmpeg_it_is_said_what_to_install() =>
        Should.Throw<MissingComponentException>(() => Ffmpeg.Find("ffmpeg", folder)).Message.ShouldBe("Videos are read and written by ffmpeg, which is not on the PATH. Install ffmpeg: on Debian and Ubuntu by 'apt-get install ffmpeg'.");

    private Task<EnhancedVideo> Enhance(string input, string output, EnhanceOptions? options = null) => new VideoEnhancer(enhancer, options ?? new EnhanceOptions()).EnhanceAsync(input, output);

    private string In(string name)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private sealed class Stopping(CancellationTokenSource stop) : IProgress<VideoProgress>
    {
        public long Frames { get; private set; }

        public void Report(VideoProgress value)
        {
            Frames = value.Frames;
            if (Frames == 3)
            {
                stop.Cancel();
            }
        }
    }
}
