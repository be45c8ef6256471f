using System.Runtime.InteropServices;

namespace Revisage;

/// <summary>A native library that Revisage calls, by the name its file has on each system.</summary>
/// <param name="Name">What people call it, such as "ONNX Runtime".</param>
/// <param name="Remedy">A sentence that says how to get it, such as "Run 'apt-get install libvips42'."</param>
public sealed record NativeComponent(string Name, string LinuxFile, string WindowsFile, string MacFile, string Remedy)
{
    public string FileName =>
        OperatingSystem.IsWindows() ? WindowsFile : OperatingSystem.IsMacOS() ? MacFile : LinuxFile;
}

/// <summary>
/// Finds native libraries: in the folder that the environment variable REVISAGE_NATIVE names, beside the program,
/// in its runtimes folder as NuGet lays it out, in a checkout's build folder, and last where the system looks.
/// </summary>
public static class NativeLibraries
{
    /// <summary>Names a folder whose libraries win over all others.</summary>
    public const string Override = "REVISAGE_NATIVE";

    /// <summary>NuGet's name of the system and processor that this process runs on, such as "linux-x64".</summary>
    public static string RuntimeIdentifier { get; } =
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
        + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    /// <summary>Loads the library and returns its handle, which stays valid as long as the process.</summary>
    /// <exception cref="MissingComponentException">It is nowhere, or what was found does not load.</exception>
    public static nint Load(NativeComponent component)
    {
        ArgumentNullException.ThrowIfNull(component);
        if (Locate(component) is { } path)
        {
            try
            {
                return NativeLibrary.Load(path);
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                throw new MissingComponentException($"{component.Name} at '{path}' does not load: {FirstLine(e)} {component.Remedy}", e);
            }
        }

        return NativeLibrary.TryLoad(component.FileName, out var handle)
            ? handle
            : throw new MissingComponentException(
                $"{component.Name} ({component.FileName}) was not found beside the program or on the system. {component.Remedy}");
    }

    /// <summary>The file that <see cref="Load"/> takes; null leaves the search to the system.</summary>
    public static string? Locate(NativeComponent component)
    {
        ArgumentNullException.ThrowIfNull(component);
        return Folders().Select(folder => Path.Combine(folder, component.FileName)).FirstOrDefault(File.Exists);
    }

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable(Override) is { Length: > 0 } chosen)
        {
            yield return Path.GetFullPath(chosen);
        }

        var ofRuntime = Path.Combine("runtimes", RuntimeIdentifier, "native");
        yield return AppContext.BaseDirectory;
        yield return Path.Combine(AppContext.BaseDirectory, ofRuntime);
        if (Checkout.Root is { } root)
        {
            yield return Path.Combine(root, ".build", "native", "use", ofRuntime);
            yield return Path.Combine(root, ".build", "native", "dlib");
        }

        // The host's own list: a package's folder in NuGet's cache, or where a single file unpacked itself.
        var ofHost = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        foreach (var folder in ofHost.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            yield return folder;
        }
    }

    private static string FirstLine(Exception e) => e.Message.Split('\n', 2)[0].TrimEnd();
}
