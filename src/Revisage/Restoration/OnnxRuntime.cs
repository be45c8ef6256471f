using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Revisage.Restoration;

/// <summary>ONNX Runtime as this process uses it: one environment, made on first use and kept until the end.</summary>
internal static partial class OnnxRuntime
{
    private static readonly Lazy<OrtEnv> environment = new(Start);

    /// <exception cref="MissingComponentException">Its native library is not there or does not load.</exception>
    public static string Version => environment.Value.GetVersionString();

    /// <summary>Settings that every session begins with.</summary>
    /// <inheritdoc cref="Version"/>
    public static SessionOptions NewSessionOptions(OnnxOptions options)
    {
        _ = environment.Value;
        var settings = new SessionOptions { IntraOpNumThreads = options.Threads };
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", options.Spin ? "1" : "0");
        return settings;
    }

    /// <summary>What ONNX Runtime reported, in its own words on one line.</summary>
    public static string Reason(OnnxRuntimeException e)
    {
        var line = string.Join(' ', e.Message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return line.StartsWith("[ErrorCode:", StringComparison.Ordinal) ? line[(line.IndexOf(']', StringComparison.Ordinal) + 1)..].TrimStart() : line;
    }

    private static OrtEnv Start()
    {
        ForbidTelemetry();
        try
        {
            // Errors come back as exceptions: printed by the library they would be told twice.
            var options = new EnvironmentCreationOptions { logId = "revisage", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            return OrtEnv.CreateInstanceWithOptions(ref options);
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new MissingComponentException(
                $"ONNX Runtime does not load on {RuntimeInformation.RuntimeIdentifier}: {e.GetBaseException().Message.ReplaceLineEndings(" ")} "
                + "It runs on Linux and Windows x64 and arm64, and on macOS arm64; there, install Revisage again.", e);
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
}
