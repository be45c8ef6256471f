using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Revisage.Cli;

/// <summary>
/// What the machine's processors reach at most on 32-bit floats: fused multiply-adds in registers alone, on every
/// processor at once. What a program reaches is a share of it.
/// </summary>
internal static class PeakSpeed
{
    // Twelve sums in flight hide a latency of four cycles on two units, with room to spare.
    private const int Sums = 12;
    private const int StepsPerCall = 20_000;

    // Where something else runs, a round in which it does not comes sooner or later; of a busy machine not more is waited for.
    private const int SteadyRounds = 5;
    private const int MostRounds = 60;
    private const double SteadyWithin = 0.01;

    /// <summary>Repeats the measurement until it is steady.</summary>
    /// <returns>Operations a second: the best, when no further round was better by a hundredth for a while.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static double MeasureSteady(int threads, CancellationToken cancel) => Steady(() => Measure(threads, rounds: 1), cancel);

    /// <param name="measure">One round.</param>
    internal static double Steady(Func<double> measure, CancellationToken cancel)
    {
        var (best, since) = (0.0, 0);
        for (var round = 0; round < MostRounds && since < SteadyRounds; round++)
        {
            cancel.ThrowIfCancellationRequested();
            var speed = measure();
            since = speed > best * (1 + SteadyWithin) ? 0 : since + 1;
            best = Math.Max(best, speed);
        }

        return best;
    }

    /// <returns>Operations a second, a multiply-add counting as two: the best of <paramref name="rounds"/>.</returns>
    public static double Measure(int threads, int rounds = 3, double secondsPerRound = 0.15) =>
        Vector512.IsHardwareAccelerated ? Measure<Vector512<float>, Lanes512>(threads, rounds, secondsPerRound)
        : Vector256.IsHardwareAccelerated ? Measure<Vector256<float>, Lanes256>(threads, rounds, secondsPerRound)
        : Measure<Vector128<float>, Lanes128>(threads, rounds, secondsPerRound);

    private static double Measure<TVector, TLanes>(int threads, int rounds, double secondsPerRound)
        where TLanes : ILanes<TVector>
    {
        var best = 0.0;
        for (var round = 0; round < rounds; round++)
        {
            var speeds = new double[threads];
            using var together = new Barrier(threads);
            var workers = Enumerable.Range(0, threads).Select(index => new Thread(() =>
            {
                together.SignalAndWait();
                speeds[index] = MeasureThread<TVector, TLanes>(secondsPerRound);
            })).ToList();
            workers.ForEach(worker => worker.Start());
            workers.ForEach(worker => worker.Join());
            best = Math.Max(best, speeds.Sum());
        }

        return best;
    }

    private static double MeasureThread<TVector, TLanes>(double seconds)
        where TLanes : ILanes<TVector>
    {
        var started = Stopwatch.GetTimestamp();
        var calls = 0L;
        var sum = 0f;
        TimeSpan elapsed;
        do
        {
            sum += Run<TVector, TLanes>(StepsPerCall);
            calls++;
            elapsed = Stopwatch.GetElapsedTime(started);
        }
        while (elapsed.TotalSeconds < seconds);

        // Unused, the sums would not be worked out.
        GC.KeepAlive(sum);
        return 2.0 * calls * StepsPerCall * Sums * TLanes.Count / elapsed.TotalSeconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run<TVector, TLanes>(int steps)
        where TLanes : ILanes<TVector>
    {
        TVector x = TLanes.Create(0.999f), y = TLanes.Create(0.001f);
        TVector a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (var step = 0; step < steps; step++)
        {
            a = TLanes.MultiplyAdd(a, x, y);
            b = TLanes.MultiplyAdd(b, x, y);
            c = TLanes.MultiplyAdd(c, x, y);
            d = TLanes.MultiplyAdd(d, x, y);
            e = TLanes.MultiplyAdd(e, x, y);
            f = TLanes.MultiplyAdd(f, x, y);
            g = TLanes.MultiplyAdd(g, x, y);
            h = TLanes.MultiplyAdd(h, x, y);
            i = TLanes.MultiplyAdd(i, x, y);
            j = TLanes.MultiplyAdd(j, x, y);
            k = TLanes.MultiplyAdd(k, x, y);
            l = TLanes.MultiplyAdd(l, x, y);
        }

        return TLanes.First(a) + TLanes.First(b) + TLanes.First(c) + TLanes.First(d) + TLanes.First(e) + TLanes.First(f)
            + TLanes.First(g) + TLanes.First(h) + TLanes.First(i) + TLanes.First(j) + TLanes.First(k) + TLanes.First(l);
    }

    /// <summary>The processor's vectors of one width.</summary>
    private interface ILanes<TVector>
    {
        static abstract int Count { get; }

        static abstract TVector Create(float value);

        static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

        static abstract float First(TVector vector);
    }

    private readonly struct Lanes512 : ILanes<Vector512<float>>
    {
        public static int Count => Vector512<float>.Count;

        public static Vector512<float> Create(float value) => Vector512.Create(value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) =>
            Vector512.FusedMultiplyAdd(left, right, addend);

        public static float First(Vector512<float> vector) => vector[0];
    }

    private readonly struct Lanes256 : ILanes<Vector256<float>>
    {
        public static int Count => Vector256<float>.Count;

        public static Vector256<float> Create(float value) => Vector256.Create(value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) =>
            Vector256.FusedMultiplyAdd(left, right, addend);

        public static float First(Vector256<float> vector) => vector[0];
    }

    private readonly struct Lanes128 : ILanes<Vector128<float>>
    {
        public static int Count => Vector128<float>.Count;

        public static Vector128<float> Create(float value) => Vector128.Create(value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> MultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) =>
            Vector128.FusedMultiplyAdd(left, right, addend);

        public static float First(Vector128<float> vector) => vector[0];
    }
}
