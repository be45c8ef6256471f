using System.Buffers;
using System.Runtime.InteropServices;

namespace Revisage.Restoration;

/// <summary>How a model is loaded.</summary>
public sealed record OnnxOptions
{
    /// <summary>Threads that one operator is divided over. The default is every processor that this process may use.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Whether idle threads wait actively for the next operator: a little faster alone, and a processor lost where
    /// anything else runs. The default is no.
    /// </summary>
    public bool Spin { get; init; }
}

/// <summary>
/// A network in an .onnx file, ready to run. One model may be run by many threads at once; they share its weights
/// and its threads. It takes and gives tensors of 32-bit floats only.
/// </summary>
public sealed class OnnxModel : IDisposable
{
    /// <summary>The key in a model's metadata that holds its card.</summary>
    public const string CardKey = "revisage.card";

    // Blocked convolutions come with this level only: a tenth off every face, for some 8 ms more of loading (EDSR).
    private const int AllOptimizations = 99;

    private readonly OrtApi api = OrtApi.Shared;
    private readonly SessionHandle session;
    private readonly byte[][] inputNames;
    private readonly byte[][] outputNames;

    private OnnxModel(string source, SessionHandle session)
    {
        Source = source;
        this.session = session;
        var handle = session.DangerousGetHandle();
        Inputs = [.. Enumerable.Range(0, api.InputCount(handle)).Select(i => Port(api.InputName(handle, i), api.InputShape(handle, i)))];
        Outputs = [.. Enumerable.Range(0, api.OutputCount(handle)).Select(i => Port(api.OutputName(handle, i), api.OutputShape(handle, i)))];
        inputNames = [.. Inputs.Select(port => PinnedName(port.Name))];
        outputNames = [.. Outputs.Select(port => PinnedName(port.Name))];
        Card = api.Metadata(handle, CardKey) is { } json ? ModelCard.Parse(json, $"the card inside '{source}'") : null;
    }

    /// <summary>The version of the ONNX Runtime in use, such as "1.30.0".</summary>
    /// <exception cref="MissingComponentException">ONNX Runtime is not installed.</exception>
    public static string RuntimeVersion => OrtApi.Shared.LibraryVersion;

    /// <summary>The native library that runs models, for a report on what is installed.</summary>
    public static NativeComponent Runtime => OrtApi.Library;

    /// <summary>The file or the name that the model was loaded from.</summary>
    public string Source { get; }

    public IReadOnlyList<OnnxPort> Inputs { get; }

    public IReadOnlyList<OnnxPort> Outputs { get; }

    /// <summary>What the model says of itself under <see cref="CardKey"/>; null for a model of another origin.</summary>
    public ModelCard? Card { get; }

    /// <exception cref="RevisageException">The file cannot be read, is damaged, or takes or gives other than floats.</exception>
    /// <exception cref="MissingComponentException">The file, or ONNX Runtime, is not there.</exception>
    public static OnnxModel Load(string path, OnnxOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MissingComponentException($"There is no model '{path}'. 'revisage models' lists those that are installed.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"The model '{path}' cannot be read: {e.Message}", e);
        }

        return Load(bytes, path, options);
    }

    /// <param name="model">The contents of an .onnx file, needed only during this call.</param>
    /// <param name="source">What messages call it.</param>
    /// <inheritdoc cref="Load(string, OnnxOptions?)"/>
    public static OnnxModel Load(ReadOnlySpan<byte> model, string source, OnnxOptions? options = null)
    {
        options ??= new OnnxOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        if (model.IsEmpty)
        {
            throw Damaged(source, "it is empty.");
        }

        var api = OrtApi.Shared;
        var settings = api.CreateSessionOptions();
        try
        {
            api.SetGraphOptimization(settings, AllOptimizations);
            api.SetThreads(settings, options.Threads);
            api.AddConfiguration(settings, "session.intra_op.allow_spinning\0"u8, options.Spin ? "1\0"u8 : "0\0"u8);
            var session = new SessionHandle(api.CreateSession(model, settings));
            try
            {
                return new OnnxModel(source, session);
            }
            catch
            {
                session.Dispose();
                throw;
            }
        }
        catch (OrtException e)
        {
            throw Damaged(source, e.Message, e);
        }
        finally
        {
            api.ReleaseSessionOptions(settings);
        }
    }

    /// <summary>Runs the model and returns every output by name, in memory of its own.</summary>
    /// <param name="inputs">Every input by name.</param>
    /// <exception cref="ArgumentException">An input is missing, unknown, or of a shape that the model does not take.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the run ends at the next operator.</exception>
    public IReadOnlyDictionary<string, OnnxTensor> Run(IReadOnlyDictionary<string, OnnxTensor> inputs, CancellationToken cancellation = default)
    {
        var bound = CheckInputs(inputs);
        // Outputs whose shape follows from the inputs' are written straight into managed memory.
        var results = Outputs.Select(port => port.Resolve(bound) is { } shape
            ? new OnnxTensor(new float[OnnxTensor.CountOf(shape)], shape)
            : null).ToArray();
        Run(inputs, outputNames, results, cancellation);
        return Outputs.Select((port, i) => (port.Name, Result: results[i]!)).ToDictionary(pair => pair.Name, pair => pair.Result);
    }

    /// <summary>Runs the model into memory that the caller owns, so that a loop needs none of its own.</summary>
    /// <param name="outputs">The wanted outputs by name, each of the shape that the inputs give it; overwritten.</param>
    /// <inheritdoc cref="Run(IReadOnlyDictionary{string, OnnxTensor}, CancellationToken)"/>
    public void Run(IReadOnlyDictionary<string, OnnxTensor> inputs, IReadOnlyDictionary<string, OnnxTensor> outputs, CancellationToken cancellation = default)
    {
        var bound = CheckInputs(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        int[] wanted = [.. Enumerable.Range(0, Outputs.Count).Where(i => outputs.ContainsKey(Outputs[i].Name))];
        CheckTensors("output", "gives", outputs.Count == 0 ? Outputs : [.. wanted.Select(i => Outputs[i])], outputs, bound);
        Run(inputs, [.. wanted.Select(i => outputNames[i])], [.. wanted.Select(i => outputs[Outputs[i].Name])], cancellation);
    }

    public void Dispose() => session.Dispose();

    private void Run(IReadOnlyDictionary<string, OnnxTensor> inputs, byte[][] wanted, OnnxTensor?[] outputs, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var ins = new PinnedValues(api, [.. Inputs.Select(port => inputs[port.Name])]);
        using var outs = new PinnedValues(api, outputs);
        var referenced = false;
        var run = api.CreateRunOptions();
        try
        {
            session.DangerousAddRef(ref referenced);
            // Disposing the registration waits for a running callback, so the options outlive it.
            using (cancellation.UnsafeRegister(_ => api.Terminate(run), null))
            {
                api.Run(session.DangerousGetHandle(), run, Pointers(inputNames), ins.Handles, Pointers(wanted), outs.Handles);
            }

            for (var i = 0; i < outputs.Length; i++)
            {
                outputs[i] ??= api.Read(outs.Handles[i]);
            }
        }
        catch (OrtException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new RevisageException($"Running '{Source}' failed: {e.Message}", e);
        }
        finally
        {
            api.ReleaseRunOptions(run);
            if (referenced)
            {
                session.DangerousRelease();
            }

            // The names' memory is the model's, and native code alone was reading it.
            GC.KeepAlive(this);
        }
    }

    private Dictionary<string, int> CheckInputs(IReadOnlyDictionary<string, OnnxTensor> inputs)
    {
        var bound = new Dictionary<string, int>();
        CheckTensors("input", "takes", Inputs, inputs, bound);
        return bound;
    }

    private void CheckTensors(string kind, string verb, IReadOnlyList<OnnxPort> ports, IReadOnlyDictionary<string, OnnxTensor> tensors, Dictionary<string, int> bound)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.Keys.FirstOrDefault(name => ports.All(port => port.Name != name)) is { } unknown)
        {
            throw new ArgumentException($"'{Source}' has no {kind} '{unknown}'; it {verb} {string.Join(", ", ports.Select(port => $"'{port.Name}'"))}.");
        }

        foreach (var port in ports)
        {
            if (!tensors.TryGetValue(port.Name, out var tensor))
            {
                throw new ArgumentException($"'{Source}' {verb} '{port.Name}' ({port.ShapeText}), which was not passed.");
            }

            if (!port.Accepts(tensor.Shape, bound))
            {
                throw new ArgumentException($"'{Source}' {verb} '{port.Name}' as {port.ShapeText}, but {string.Join('x', tensor.Shape)} was passed.");
            }
        }
    }

    private OnnxPort Port(string name, IReadOnlyList<OnnxExtent>? shape) => new(name, shape
        ?? throw new RevisageException($"'{Source}' takes or gives '{name}' as other than 32-bit floats, which Revisage does not run. Export the model with float inputs and outputs."));

    private static RevisageException Damaged(string source, string reason, Exception? inner = null)
    {
        var message = $"'{source}' is not a model that can be run: {reason} Fetch or export it again; 'revisage models verify' checks those installed.";
        return inner is null ? new RevisageException(message) : new RevisageException(message, inner);
    }

    // Names are handed over at every run: kept where they lie, for as long as the model.
    private static byte[] PinnedName(string name)
    {
        var text = OrtApi.NullTerminated(name);
        var pinned = GC.AllocateUninitializedArray<byte>(text.Length, pinned: true);
        text.CopyTo(pinned, 0);
        return pinned;
    }

    private static nint[] Pointers(byte[][] names) => Array.ConvertAll(names, name => Marshal.UnsafeAddrOfPinnedArrayElement(name, 0));

    /// <summary>Keeps the session alive while a thread runs it, whoever disposes the model meanwhile.</summary>
    private sealed class SessionHandle : SafeHandle
    {
        public SessionHandle(nint session) : base(0, ownsHandle: true) => SetHandle(session);

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            OrtApi.Shared.ReleaseSession(handle);
            return true;
        }
    }

    /// <summary>Tensors held in place and handed to ONNX Runtime, for one run; a null one is left for it to allocate.</summary>
    private sealed class PinnedValues : IDisposable
    {
        private readonly OrtApi api;
        private readonly MemoryHandle[] pins;

        public PinnedValues(OrtApi api, OnnxTensor?[] tensors)
        {
            this.api = api;
            pins = new MemoryHandle[tensors.Length];
            Handles = new nint[tensors.Length];
            try
            {
                for (var i = 0; i < tensors.Length; i++)
                {
                    if (tensors[i] is { } tensor)
                    {
                        pins[i] = tensor.Values.Pin();
                        Handles[i] = Value(tensor, pins[i]);
                    }
                }
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public nint[] Handles { get; }

        public void Dispose()
        {
            foreach (var value in Handles.Where(value => value != 0))
            {
                api.ReleaseValue(value);
            }

            foreach (var pin in pins)
            {
                pin.Dispose();
            }
        }

        private unsafe nint Value(OnnxTensor tensor, MemoryHandle pin) =>
            api.CreateTensor((float*)pin.Pointer, tensor.Values.Length, [.. tensor.Shape.Select(extent => (long)extent)]);
    }
}
