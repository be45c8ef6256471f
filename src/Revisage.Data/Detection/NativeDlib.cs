using System.Reflection;
using System.Runtime.InteropServices;

namespace Revisage.Data.Detection;

/// <summary>A face as <c>native/dlib/bridge.cpp</c> lays it out: edges in pixels, the right and lower one excluded.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NativeFace(double Left, double Top, double Right, double Bottom, double Score);

/// <summary>The bridge's functions, one to one.</summary>
internal static unsafe partial class NativeDlib
{
    private const string Library = "revisage_dlib";

    private const string File = "librevisage_dlib.so";

    private const string Remedy = "Run 'apt-get install libdlib-dev libdlib-data g++', then native/dlib/build.sh in a checkout; './revisage prepare' does both.";

    static NativeDlib() => NativeLibrary.SetDllImportResolver(typeof(NativeDlib).Assembly, Resolve);

    [LibraryImport(Library, EntryPoint = "revisage_dlib_error")]
    private static partial nint ErrorText();

    [LibraryImport(Library, EntryPoint = "revisage_dlib_detector")]
    internal static partial int CreateDetector(out nint detector);

    [LibraryImport(Library, EntryPoint = "revisage_dlib_release_detector")]
    internal static partial void ReleaseDetector(nint detector);

    [LibraryImport(Library, EntryPoint = "revisage_dlib_detect")]
    internal static partial int Detect(
        nint detector, byte* rgb, int width, int height, int doublings, double threshold, NativeFace* faces, int capacity, out int count);

    [LibraryImport(Library, EntryPoint = "revisage_dlib_predictor", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int CreatePredictor(string path, out nint predictor);

    [LibraryImport(Library, EntryPoint = "revisage_dlib_release_predictor")]
    internal static partial void ReleasePredictor(nint predictor);

    [LibraryImport(Library, EntryPoint = "revisage_dlib_landmarks")]
    internal static partial int Landmarks(
        nint predictor, byte* rgb, int width, int height, int left, int top, int right, int bottom, float* points);

    /// <summary>What the call before this said of its failure.</summary>
    internal static string Error => Marshal.PtrToStringUTF8(ErrorText())?.ReplaceLineEndings(" ") ?? "";

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name == Library ? Load() : 0;

    private static nint Load()
    {
        string[] candidates = [Path.Combine(AppContext.BaseDirectory, File), .. Checkout.Root is { } root ? [Path.Combine(root, ".build", "native", "dlib", File)] : Array.Empty<string>()];
        var path = candidates.FirstOrDefault(System.IO.File.Exists) ?? throw new MissingComponentException($"The bridge to dlib ({File}) is not built. {Remedy}");
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new MissingComponentException($"The bridge to dlib at '{path}' does not load: {e.Message.ReplaceLineEndings(" ")} {Remedy}", e);
        }
    }
}
