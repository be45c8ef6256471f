using System.Runtime.InteropServices;

namespace Revisage.Torch;

/// <summary>What LibTorch keeps for the whole process: threads, random state, and what it was built with.</summary>
public static class TorchSettings
{
    public static string Version => Marshal.PtrToStringUTF8(Native.Version())!;

    /// <summary>Threading, BLAS, oneDNN and SIMD level, several lines.</summary>
    public static string Build => Marshal.PtrToStringUTF8(Native.Build())!;

    public static bool HasCuda => Native.HasCuda() != 0;

    /// <summary>Threads of one operator. Results repeat bit for bit only at the same count.</summary>
    public static int Threads
    {
        get => Native.Threads();
        set => Native.Check(Native.SetThreads(value));
    }

    /// <summary>Prefer operators that repeat bit for bit, where there is a choice.</summary>
    public static bool Deterministic
    {
        set => Native.Check(Native.SetDeterministic(value ? 1 : 0));
    }

    public static void Seed(ulong seed, Device device = default) => Native.Check(Native.Seed(seed, device.Name));

    /// <summary>The generator's whole state: [bytes], Byte, on the CPU.</summary>
    public static Tensor RandomState(Device device = default)
    {
        Native.Check(Native.RandomState(device.Name, out var state));
        return new Tensor(state);
    }

    public static void SetRandomState(Tensor state, Device device = default)
    {
        ArgumentNullException.ThrowIfNull(state);
        Native.Check(Native.SetRandomState(device.Name, state.Handle));
    }
}

/// <summary>Where tensors live and are computed on.</summary>
public readonly record struct Device
{
    private readonly string? name;

    private Device(string name)
    {
        this.name = name;
        Text = new Utf8Text(name);
    }

    public static Device Cpu { get; } = new("cpu");

    public string Name => name ?? "cpu";

    internal Utf8Text? Text { get; }

    public static Device Cuda(int index = 0) => new($"cuda:{index}");

    public override string ToString() => Name;
}

/// <summary>Element types, with LibTorch's numbers.</summary>
public enum ScalarType
{
    Byte = 0,
    Int = 3,
    Long = 4,
    Half = 5,
    Float = 6,
    Double = 7,
    Bool = 11,
    BFloat16 = 15,
}

/// <summary>Layouts in memory, with LibTorch's numbers.</summary>
public enum MemoryFormat
{
    Contiguous = 0,
    Preserve = 1,

    /// <summary>[N, C, H, W] stored as N, H, W, C: what the fast convolutions want.</summary>
    ChannelsLast = 2,
}
