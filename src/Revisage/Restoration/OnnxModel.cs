using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

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

    private readonly SessionHandle session;

    private OnnxModel(string source, SessionHandle session)
    {
        Source = source;
        this.session = session;
        var loaded = session.Session;
        Inputs = [.. loaded.InputNames.Select(name => Port(name, loaded.InputMetadata[name]))];
        Outputs = [.. loaded.OutputNames.Select(name => Port(name, loaded.OutputMetadata[name]))];
        Card = loaded.ModelMetadata.CustomMetadataMap.TryGetValue(CardKey, out var json) ? ModelCard.Parse(json, $"the card inside '{source}'") : null;
    }

    /// <summary>The version of the ONNX Runtime in use, such as "1.31.1".</summary>
    /// <exception cref="MissingComponentException">ONNX Runtime does not load here.</exception>
    public static string RuntimeVersion => OnnxRuntime.Version;

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

        return Load(bytes, path, options ?? new OnnxOptions());
    }

    /// <param name="model">The contents of an .onnx file, needed only during this call.</param>
    /// <param name="source">What messages call it.</param>
    /// <inheritdoc cref="Load(string, OnnxOptions?)"/>
    public static OnnxModel Load(ReadOnlySpan<byte> model, string source, OnnxOptions? options = null) => Load(model.ToArray(), source, options ?? new OnnxOptions());

    private static OnnxModel Load(byte[] model, string source, OnnxOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        if (model.Length == 0)
        {
            throw Damaged(source, "it is empty.");
        }

        using var settings = OnnxRuntime.NewSessionOptions(options);
        // Blocked convolutions come with this level only: a tenth off every face, for some 8 ms more of loading (EDSR).
        settings.GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL;
        SessionHandle session;
        try
        {
            session = new SessionHandle(new InferenceSession(model, settings));
        }
        catch (OnnxRuntimeException e)
        {
            throw Damaged(source, OnnxRuntime.Reason(e), e);
        }

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
        Run(inputs, Outputs, results, cancellation);
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
        Run(inputs, [.. wanted.Select(i => Outputs[i])], [.. wanted.Select(i => outputs[Outputs[i].Name])], cancellation);
    }

    public void Dispose() => session.Dispose();

    private void Run(IReadOnlyDictionary<string, OnnxTensor> inputs, IReadOnlyList<OnnxPort> wanted, OnnxTensor?[] outputs, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var ins = new Values(Inputs.Select(port => inputs[port.Name]));
        string[] inputNames = [.. Inputs.Select(port => port.Name)];
        string[] outputNames = [.. wanted.Select(port => port.Name)];
        var referenced = false;
        using var run = new RunOptions();
        try
        {
            session.DangerousAddRef(ref referenced);
            // Disposing the registration waits for a running callback, so the options outlive it.
            using (cancellation.UnsafeRegister(_ => run.Terminate = true, null))
            {
                if (outputs.All(output => output is not null))
                {
                    using var outs = new Values(outputs!);
                    session.Session.Run(run, inputNames, ins, outputNames, outs);
                }
                else
                {
                    using var made = session.Session.Run(run, inputNames, ins, outputNames);
                    foreach (var (i, value) in made.Index())
                    {
                        outputs[i] = Copy(value);
                    }
                }
            }
        }
        catch (OnnxRuntimeException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new RevisageException($"Running '{Source}' failed: {OnnxRuntime.Reason(e)}", e);
        }
        finally
        {
            if (referenced)
            {
                session.DangerousRelease();
            }
        }
    }

    private static OnnxTensor Copy(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        return new OnnxTensor(value.GetTensorDataAsSpan<float>().ToArray(), Array.ConvertAll(info.Shape, extent => checked((int)extent)));
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

    private OnnxPort Port(string name, NodeMetadata declared) => declared.IsTensor && declared.ElementDataType == TensorElementType.Float
        ? new(name, [.. declared.Dimensions.Zip(declared.SymbolicDimensions, (extent, symbol) => new OnnxExtent(extent < 0 ? null : extent, symbol))])
        : throw new RevisageException($"'{Source}' takes or gives '{name}' as other than 32-bit floats, which Revisage does not run. Export the model with float inputs and outputs.");

    private static RevisageException Damaged(string source, string reason, Exception? inner = null)
    {
        var message = $"'{source}' is not a model that can be run: {reason} Fetch or export it again; 'revisage models verify' checks those installed.";
        return inner is null ? new RevisageException(message) : new RevisageException(message, inner);
    }

    /// <summary>Keeps the session alive while a thread runs it, whoever disposes the model meanwhile: a session does not wait itself.</summary>
    private sealed class SessionHandle : SafeHandle
    {
        public SessionHandle(InferenceSession session) : base(0, ownsHandle: true)
        {
            Session = session;
            // No address: what is counted is the session above.
            SetHandle(1);
        }

        public InferenceSession Session { get; }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            Session.Dispose();
            return true;
        }
    }

    /// <summary>Tensors as ONNX Runtime takes them, over the same memory, which stays where it is until they are disposed.</summary>
    private sealed class Values : List<OrtValue>, IDisposable
    {
        public Values(IEnumerable<OnnxTensor> tensors)
        {
            try
            {
                AddRange(tensors.Select(tensor => OrtValue.CreateTensorValueFromMemory(
                    OrtMemoryInfo.DefaultInstance, tensor.Values, [.. tensor.Shape.Select(extent => (long)extent)])));
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public void Dispose() => ForEach(value => value.Dispose());
    }
}
