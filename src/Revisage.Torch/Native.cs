using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Revisage.Torch;

/// <summary>What an argument or a result of an operator is, in the bridge's order (<c>native/torch/bridge.cpp</c>).</summary>
internal enum ValueKind
{
    Missing,
    None,
    Tensor,
    Int,
    Double,
    Bool,
    String,
    IntList,
    DoubleList,
    TensorList,
}

[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct NativeValue
{
    [FieldOffset(0)] public ValueKind Kind;
    [FieldOffset(4)] public int Count;
    [FieldOffset(8)] public long Int;
    [FieldOffset(8)] public double Double;
    [FieldOffset(8)] public nint Pointer;
}

internal unsafe struct TensorDescription
{
    public int Dimensions;
    public ScalarType Type;
    public int RequiresGrad;
    public int IsCuda;
    public fixed long Sizes[8];
}

/// <summary>The bridge's functions, one to one.</summary>
internal static unsafe partial class Native
{
    private const string Library = "revisage_torch";

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Resolve);

    [LibraryImport(Library, EntryPoint = "revisage_error")]
    private static partial nint ErrorText();

    [LibraryImport(Library, EntryPoint = "revisage_torch_version")]
    internal static partial nint Version();

    [LibraryImport(Library, EntryPoint = "revisage_build")]
    internal static partial nint Build();

    [LibraryImport(Library, EntryPoint = "revisage_operator", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int FindOperator(string name, string overload, out nint handle);

    [LibraryImport(Library, EntryPoint = "revisage_call")]
    internal static partial int Call(nint handle, NativeValue* arguments, int count, NativeValue* results, int capacity, out int resultCount);

    [LibraryImport(Library, EntryPoint = "revisage_release")]
    internal static partial void Release(nint tensor);

    [LibraryImport(Library, EntryPoint = "revisage_tensor")]
    internal static partial int CreateTensor(void* data, long* sizes, int dimensions, ScalarType type, out nint tensor);

    [LibraryImport(Library, EntryPoint = "revisage_read")]
    internal static partial int Read(nint tensor, void* data, long bytes);

    [LibraryImport(Library, EntryPoint = "revisage_describe")]
    internal static partial int Describe(nint tensor, out TensorDescription description);

    [LibraryImport(Library, EntryPoint = "revisage_require_grad")]
    internal static partial int RequireGrad(nint tensor, int required);

    [LibraryImport(Library, EntryPoint = "revisage_grad_mode")]
    internal static partial int SetGradMode(int enabled);

    [LibraryImport(Library, EntryPoint = "revisage_gradients")]
    internal static partial int Gradients(
        nint* outputs, nint* seeds, int outputCount, nint* inputs, int inputCount, int retainGraph, int createGraph, int allowUnused, nint* results);

    [LibraryImport(Library, EntryPoint = "revisage_threads")]
    internal static partial int Threads();

    [LibraryImport(Library, EntryPoint = "revisage_set_threads")]
    internal static partial int SetThreads(int count);

    [LibraryImport(Library, EntryPoint = "revisage_deterministic")]
    internal static partial int SetDeterministic(int enabled);

    [LibraryImport(Library, EntryPoint = "revisage_seed", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Seed(ulong seed, string device);

    [LibraryImport(Library, EntryPoint = "revisage_random_state", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int RandomState(string device, out nint state);

    [LibraryImport(Library, EntryPoint = "revisage_set_random_state", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetRandomState(string device, nint state);

    [LibraryImport(Library, EntryPoint = "revisage_has_cuda")]
    internal static partial int HasCuda();

    /// <exception cref="TorchException">The call before this returned anything but 0.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Check(int status)
    {
        if (status != 0)
        {
            throw new TorchException(Marshal.PtrToStringUTF8(ErrorText()) ?? "unknown error");
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
        {
            return 0;
        }

        return Load(Locate(Environment.GetEnvironmentVariable("REVISAGE_TORCH"), AppContext.BaseDirectory));
    }

    /// <param name="named">What the user chose, if anything; then nothing else is tried.</param>
    /// <param name="program">The folder from which the search goes upwards.</param>
    /// <exception cref="TorchMissingException">There is no bridge.</exception>
    internal static string Locate(string? named, string program)
    {
        const string file = "librevisage_torch.so";
        if (named is { Length: > 0 })
        {
            return File.Exists(named)
                ? named
                : throw new TorchMissingException(
                    $"REVISAGE_TORCH is '{named}', but there is no such file. Run native/torch/build.sh and unset it, or correct the path.", new FileNotFoundException(file));
        }

        for (var folder = new DirectoryInfo(program); folder is not null; folder = folder.Parent)
        {
            string[] candidates = [Path.Combine(folder.FullName, file), Path.Combine(folder.FullName, ".build", "native", "torch", file)];
            if (candidates.FirstOrDefault(File.Exists) is { } found)
            {
                return found;
            }
        }

        throw new TorchMissingException(
            $"The bridge to LibTorch, {file}, is not built. Run native/torch/build.sh, or set REVISAGE_TORCH to its path.", new FileNotFoundException(file));
    }

    /// <exception cref="TorchMissingException">The file is damaged, or LibTorch itself is absent.</exception>
    internal static nint Load(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new TorchMissingException(
                $"'{path}' does not load: {e.Message.ReplaceLineEndings(" ")} Install LibTorch (apt-get install libtorch-dev libopenblas0-pthread) and run native/torch/build.sh.", e);
        }
    }
}
