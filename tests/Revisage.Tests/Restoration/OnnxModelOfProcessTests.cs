using System.Diagnostics;
using Revisage.Restoration;

namespace Revisage.Tests.Restoration;

/// <summary>What shows only in the process as a whole.</summary>
[Collection(RunsAlone.Name)]
public class OnnxModelOfProcessTests
{
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

    [Fact]
    public async Task Disposing_while_many_threads_run_never_ends_the_process()
    {
        for (var round = 0; round < 20; round++)
        {
            var model = OnnxModel.Load(TestModels.Slow(4), "slow", new OnnxOptions { Threads = 1 });
            using var started = new CountdownEvent(4);
            var runs = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    started.Signal();
                    for (var i = 0; i < 3; i++)
                    {
                        try
                        {
                            model.Run(TestModels.Named("x", new float[32 * 1024], 1, 32, 32, 32))["y"].Values.Length.ShouldBe(32 * 1024);
                        }
                        catch (ObjectDisposedException)
                        {
                            return;
                        }
                    }
                },
                TaskCreationOptions.LongRunning)).ToList();
            started.Wait();
            model.Dispose();
            await Task.WhenAll(runs);
        }
    }
}
