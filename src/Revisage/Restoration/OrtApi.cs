using System.Runtime.InteropServices;

namespace Revisage.Restoration;

/// <summary>
/// ONNX Runtime's C functions. The library exports one, OrtGetApiBase; all others are slots of a table that only
/// grows, in the order of onnxruntime_c_api.h. Every failure becomes an <see cref="OrtException"/>.
/// </summary>
internal sealed unsafe partial class OrtApi
{
    // The oldest table that has every slot below; newer libraries still hand it out.
    private const uint Version = 11;

    // Errors come back as exceptions: printed by the library they would be told twice.
    private const int LogFatal = 4;

    private const int Float = 1;
    private const int ArenaAllocator = 1;
    private const int DefaultMemory = 0;

    private static readonly Lazy<OrtApi> shared = new(() => new OrtApi());

    private readonly nint* table;
    private readonly nint environment;
    private readonly nint allocator;
    private readonly nint cpuMemory;

    private OrtApi()
    {
        var getBase = (delegate* unmanaged<nint*>)NativeLibrary.GetExport(NativeLibraries.Load(Library), "OrtGetApiBase");
        var apiBase = getBase();
        LibraryVersion = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)apiBase[1])())!;
        table = (nint*)((delegate* unmanaged<uint, nint>)apiBase[0])(Version);
        if (table is null)
        {
            throw new MissingComponentException(
                $"ONNX Runtime {LibraryVersion} at '{NativeLibraries.Locate(Library) ?? Library.FileName}' is too old, 1.{Version} or newer is needed. {Library.Remedy}");
        }

        ForbidTelemetry();
        fixed (byte* name = "revisage\0"u8)
        fixed (nint* to = &environment)
        {
            Check(((delegate* unmanaged<int, byte*, nint*, nint>)table[3])(LogFatal, name, to));
        }

        fixed (nint* to = &allocator)
        {
            Check(((delegate* unmanaged<nint*, nint>)table[78])(to));
        }

        fixed (nint* to = &cpuMemory)
        {
            Check(((delegate* unmanaged<int, int, nint*, nint>)table[69])(ArenaAllocator, DefaultMemory, to));
        }
    }

    /// <summary>
    /// ONNX Runtime's own builds keep a device number on disk and send events home unless this variable is set
    /// before the environment is made. What is done with faces here is nobody's business.
    /// </summary>
    private static void ForbidTelemetry()
    {
        const string variable = "ORT_DISABLE_TELEMETRY";
        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable(variable, "1");
        }
        else
        {
            // The framework's own copy of the environment is not what native code reads.
            _ = SetNativeVariable(variable, "1", overwrite: 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNativeVariable(string name, string value, int overwrite);

    public static NativeComponent Library { get; } = new(
        "ONNX Runtime", "libonnxruntime.so.1", "onnxruntime.dll", "libonnxruntime.1.dylib",
        $"Run 'native/use/layout.sh' in a checkout, install the package Revisage again, or name its folder in {NativeLibraries.Override}.");

    /// <summary>The one environment of the process, made on first use; ONNX Runtime keeps it until the end.</summary>
    public static OrtApi Shared => shared.Value;

    public string LibraryVersion { get; }

    public nint CreateSession(ReadOnlySpan<byte> model, nint options)
    {
        nint session;
        fixed (byte* bytes = model)
        {
            Check(((delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)table[8])(
                environment, bytes, (nuint)model.Length, options, &session));
        }

        return session;
    }

    public void Run(nint session, nint runOptions, ReadOnlySpan<nint> inputNames, ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputNames, Span<nint> outputs)
    {
        fixed (nint* inNames = inputNames, ins = inputs, outNames = outputNames, outs = outputs)
        {
            Check(((delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)table[9])(
                session, runOptions, inNames, ins, (nuint)inputs.Length, outNames, (nuint)outputs.Length, outs));
        }
    }

    public nint CreateSessionOptions() => Make(10);

    public void SetGraphOptimization(nint options, int level) =>
        Check(((delegate* unmanaged<nint, int, nint>)table[23])(options, level));

    public void SetThreads(nint options, int count) =>
        Check(((delegate* unmanaged<nint, int, nint>)table[24])(options, count));

    public void AddConfiguration(nint options, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        fixed (byte* k = key, v = value)
        {
            Check(((delegate* unmanaged<nint, byte*, byte*, nint>)table[130])(options, k, v));
        }
    }

    public int InputCount(nint session) => Count(30, session);

    public int OutputCount(nint session) => Count(31, session);

    public string InputName(nint session, int index) => Name(36, session, index);

    public string OutputName(nint session, int index) => Name(37, session, index);

    /// <summary>What the session declares of an input; null where it is not a tensor of 32-bit floats.</summary>
    public IReadOnlyList<OnnxExtent>? InputShape(nint session, int index) => DeclaredShape(33, session, index);

    /// <inheritdoc cref="InputShape"/>
    public IReadOnlyList<OnnxExtent>? OutputShape(nint session, int index) => DeclaredShape(34, session, index);

    /// <summary>A value of the model's metadata; null without that key.</summary>
    public string? Metadata(nint session, string key)
    {
        nint metadata;
        Check(((delegate* unmanaged<nint, nint*, nint>)table[111])(session, &metadata));
        try
        {
            nint value;
            fixed (byte* k = NullTerminated(key))
            {
                Check(((delegate* unmanaged<nint, nint, byte*, nint*, nint>)table[116])(metadata, allocator, k, &value));
            }

            return value == 0 ? null : TakeString(value);
        }
        finally
        {
            Release(118, metadata);
        }
    }

    public nint CreateRunOptions() => Make(39);

    /// <summary>Makes the run with these options fail at its next node. May be called from any thread.</summary>
    public void Terminate(nint runOptions) => Check(((delegate* unmanaged<nint, nint>)table[46])(runOptions));

    /// <summary>A tensor over memory that must stay where it is until the value is released.</summary>
    public nint CreateTensor(float* data, long count, ReadOnlySpan<long> shape)
    {
        nint value;
        fixed (long* extents = shape)
        {
            Check(((delegate* unmanaged<nint, float*, nuint, long*, nuint, int, nint*, nint>)table[49])(
                cpuMemory, data, (nuint)(count * sizeof(float)), extents, (nuint)shape.Length, Float, &value));
        }

        return value;
    }

    /// <summary>Copies a tensor out.</summary>
    public OnnxTensor Read(nint value)
    {
        nint info;
        Check(((delegate* unmanaged<nint, nint*, nint>)table[65])(value, &info));
        try
        {
            int[] shape = [.. Extents(info)];
            float* data;
            Check(((delegate* unmanaged<nint, float**, nint>)table[51])(value, &data));
            var count = checked((int)OnnxTensor.CountOf(shape));
            return new OnnxTensor(new ReadOnlySpan<float>(data, count).ToArray(), shape);
        }
        finally
        {
            Release(99, info);
        }
    }

    public void ReleaseSession(nint session) => Release(95, session);

    public void ReleaseValue(nint value) => Release(96, value);

    public void ReleaseRunOptions(nint options) => Release(97, options);

    public void ReleaseSessionOptions(nint options) => Release(100, options);

    private IReadOnlyList<OnnxExtent>? DeclaredShape(int slot, nint session, int index)
    {
        nint type;
        Check(((delegate* unmanaged<nint, nuint, nint*, nint>)table[slot])(session, (nuint)index, &type));
        try
        {
            nint tensor;
            Check(((delegate* unmanaged<nint, nint*, nint>)table[55])(type, &tensor));
            if (tensor == 0)
            {
                return null;
            }

            int element;
            Check(((delegate* unmanaged<nint, int*, nint>)table[60])(tensor, &element));
            if (element != Float)
            {
                return null;
            }

            var extents = Extents(tensor);
            var symbols = new nint[extents.Length];
            fixed (nint* names = symbols)
            {
                Check(((delegate* unmanaged<nint, nint*, nuint, nint>)table[63])(tensor, names, (nuint)symbols.Length));
            }

            return [.. extents.Zip(symbols, (extent, symbol) =>
                new OnnxExtent(extent < 0 ? null : extent, Marshal.PtrToStringUTF8(symbol) ?? ""))];
        }
        finally
        {
            Release(98, type);
        }
    }

    private int[] Extents(nint tensorInfo)
    {
        nuint rank;
        Check(((delegate* unmanaged<nint, nuint*, nint>)table[61])(tensorInfo, &rank));
        var extents = new long[rank];
        fixed (long* to = extents)
        {
            Check(((delegate* unmanaged<nint, long*, nuint, nint>)table[62])(tensorInfo, to, rank));
        }

        return Array.ConvertAll(extents, extent => checked((int)extent));
    }

    private int Count(int slot, nint session)
    {
        nuint count;
        Check(((delegate* unmanaged<nint, nuint*, nint>)table[slot])(session, &count));
        return (int)count;
    }

    private string Name(int slot, nint session, int index)
    {
        nint name;
        Check(((delegate* unmanaged<nint, nuint, nint, nint*, nint>)table[slot])(session, (nuint)index, allocator, &name));
        return TakeString(name);
    }

    private string TakeString(nint text)
    {
        var taken = Marshal.PtrToStringUTF8(text)!;
        Check(((delegate* unmanaged<nint, nint, nint>)table[76])(allocator, text));
        return taken;
    }

    private nint Make(int slot)
    {
        nint made;
        Check(((delegate* unmanaged<nint*, nint>)table[slot])(&made));
        return made;
    }

    private void Release(int slot, nint handle) => ((delegate* unmanaged<nint, void>)table[slot])(handle);

    private void Check(nint status)
    {
        if (status == 0)
        {
            return;
        }

        var message = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)table[2])(status))!;
        Release(93, status);
        throw new OrtException(message);
    }

    internal static byte[] NullTerminated(string text) => [.. System.Text.Encoding.UTF8.GetBytes(text), 0];
}

/// <summary>A failure that ONNX Runtime reported, in its own words on one line.</summary>
internal sealed class OrtException(string message) : RevisageException(string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));
