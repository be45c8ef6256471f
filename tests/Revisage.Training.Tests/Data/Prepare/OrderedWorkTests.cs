using Revisage.Data.Prepare;

namespace Revisage.Training.Tests.Data.Prepare;

public class OrderedWorkTests
{
    [Fact]
    public void Results_come_in_order_whichever_is_done_first()
    {
        var results = Run(50, 4, i =>
        {
            Thread.Sleep(i % 5 == 0 ? 5 : 0);
            return $"{i}";
        });

        results.ShouldBe(Enumerable.Range(0, 50).Select(i => $"{i}"));
    }

    [Fact]
    public void No_thread_goes_farther_ahead_than_it_may()
    {
        var (begun, taken) = (0, 0);
        foreach (var _ in Run(200, 3, i => $"{Interlocked.Increment(ref begun)}", ahead: 2))
        {
            Thread.Sleep(1);
            // Two for each of three threads, from the one that is taken next.
            Volatile.Read(ref begun).ShouldBeLessThanOrEqualTo(++taken + 6);
        }
    }

    [Fact]
    public void What_a_worker_throws_comes_out_and_all_workers_are_closed()
    {
        Worker.Open = 0;

        Should.Throw<InvalidOperationException>(() => Run(20, 3, i => i == 5 ? throw new InvalidOperationException("five") : $"{i}").Count()).Message.ShouldBe("five");

        Worker.Open.ShouldBe(0);
    }

    [Fact]
    public void Leaving_early_ends_the_workers()
    {
        Worker.Open = 0;

        Run(1000, 3, i => $"{i}").First().ShouldBe("0");

        Worker.Open.ShouldBe(0);
    }

    [Fact]
    public void Nothing_to_do_is_no_work() => Run(0, 3, i => $"{i}").ShouldBeEmpty();

    private static IEnumerable<string> Run(int count, int threads, Func<int, string> work, int ahead = 4) =>
        OrderedWork.Run(count, threads, ahead, () => new Worker(), (_, i) => work(i), CancellationToken.None);

    private sealed class Worker : IDisposable
    {
        public static int Open;

        public Worker() => Interlocked.Increment(ref Open);

        public void Dispose() => Interlocked.Decrement(ref Open);
    }
}
