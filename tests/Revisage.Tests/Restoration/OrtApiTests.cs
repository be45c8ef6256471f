using System.Diagnostics;
using Revisage.Restoration;

namespace Revisage.Tests.Restoration;

/// <summary>
/// The slots that <see cref="OnnxModelTests"/> would not notice if they were off by one: settings that fail
/// silently, and what only shows from outside.
/// </summary>
[Collection(RunsAlone.Name)]
public class OrtApiTests
{
    private readonly OrtApi api = OrtApi.Shared;

    [Fact]
    public void Garbage_comes_back_as_text_and_not_as_a_crash()
    {
        var options = api.CreateSessionOptions();

        Should.Throw<OrtException>(() => api.CreateSession("no model"u8, options)).Message.ShouldContain("protobuf", Case.Insensitive);

        api.ReleaseSessionOptions(options);
    }

    [Fact]
    public void The_optimization_level_is_checked_by_its_own_setter()
    {
        var options = api.CreateSessionOptions();

        Should.Throw<OrtException>(() => api.SetGraphOptimization(options, 12345)).Message.ShouldContain("graph_optimization_level");

        api.ReleaseSessionOptions(options);
    }

    [Fact]
    public void A_configuration_entry_is_checked_by_its_own_setter()
    {
        var options = api.CreateSessionOptions();

        Should.Throw<OrtException>(() => api.AddConfiguration(options, "\0"u8, "1\0"u8)).Message.ShouldContain("key", Case.Insensitive);

        api.ReleaseSessionOptions(options);
    }

    [Fact]
    public void The_number_of_threads_is_the_one_within_operators()
    {
        if (!OperatingSystem.IsLinux())
        {
            // Only Linux tells the threads of native libraries this simply.
            return;
        }

        static int Threads() => Directory.GetDirectories("/proc/self/task").Length;

        var before = Threads();
        using var model = OnnxModel.Load(TestModels.NeighbourSum(), "sum", new OnnxOptions { Threads = 65 });

        // The caller is the 65th; other tests may end or start a few meanwhile.
        (Threads() - before).ShouldBeInRange(48, 80);
    }

    [Fact]
    public void Terminated_options_end_a_run_in_words()
    {
        var settings = api.CreateSessionOptions();
        var session = api.CreateSession(TestModels.NeighbourSum(), settings);
        var run = api.CreateRunOptions();
        api.Terminate(run);

        Should.Throw<OrtException>(() => api.Run(session, run, [], [], [], [])).Message.ShouldNotBeEmpty();

        api.ReleaseRunOptions(run);
        api.ReleaseSession(session);
        api.ReleaseSessionOptions(settings);
    }

    [Fact]
    public void Metadata_without_the_key_is_null()
    {
        var settings = api.CreateSessionOptions();
        var session = api.CreateSession(new OnnxFile().Input("x", 1).Output("y", 1).Node("Identity", ["x"], "y").Metadata("key", "ключ").ToArray(), settings);

        api.Metadata(session, "key").ShouldBe("ключ");
        api.Metadata(session, "another").ShouldBeNull();

        api.ReleaseSession(session);
        api.ReleaseSessionOptions(settings);
    }

    [Fact]
    public void Loading_and_running_again_and_again_keeps_memory_flat()
    {
        var model = TestModels.Slow(2);
        var x = TestModels.Named("x", new float[32 * 64], 1, 32, 8, 8);
        void Rounds(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var loaded = OnnxModel.Load(model, "slow", new OnnxOptions { Threads = 1 });
                loaded.Run(x);
            }
        }

        Rounds(50);
        var before = ResidentBytes();
        Rounds(300);

        // A session that were never released holds its 37 KB of weights and more: 300 would be over 20 MB.
        (ResidentBytes() - before).ShouldBeLessThan(16 << 20);

        static long ResidentBytes()
        {
            GC.Collect();
            using var process = Process.GetCurrentProcess();
            return process.WorkingSet64;
        }
    }
}
