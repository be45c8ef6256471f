using System.CommandLine;
using System.Runtime.InteropServices;
using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Cli.Commands;

internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "What is installed, what is missing, and the command that mends it.");
        command.SetAction(parsed => Run(parsed.InvocationConfiguration.Output));
        return command;
    }

    private static int Run(TextWriter output)
    {
        output.WriteLine("To use models:");
        var usable = new[]
        {
            Check(output, ".NET", () => $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}, {Environment.ProcessorCount} processors"),
            Check(output, "libvips", () => $"reads and writes pictures ({Describe(RoundTrip())})"),
            Check(output, "ONNX Runtime", () => OnnxModel.RuntimeVersion),
            Check(output, "models", Models),
        };

        output.WriteLine();
        output.WriteLine("To train them (optional):");
        Check(output, "C++ compiler", () => OnPath("g++") ?? throw new MissingComponentException("g++ is not installed. Run 'apt-get install g++'."));
        Check(output, "LibTorch bridge", () => Bridge("torch", "LibTorch", "train"));
        Check(output, "dlib bridge", () => Bridge("dlib", "dlib", "prepare"));
        return usable.All(isThere => isThere) ? ExitCode.Done : ExitCode.Missing;
    }

    private static bool Check(TextWriter output, string what, Func<string> find)
    {
        var (isThere, found) = (true, "");
        try
        {
            found = find();
        }
        catch (RevisageException e)
        {
            (isThere, found) = (false, e.Message);
        }

        output.WriteLine($"  {(isThere ? "ok     " : "MISSING")}  {what,-15}  {found}");
        return isThere;
    }

    // A picture written and read again shows more than a version would.
    private static Image RoundTrip() => ImageFile.Decode(ImageFile.EncodePng(new Image(2, 1, new float[6])), "a picture of its own");

    private static string Describe(Image image) => $"tried with {image.Width}x{image.Height}";

    private static string Models()
    {
        var results = ModelStore.Default.Verify();
        if (results.Count == 0)
        {
            throw new MissingComponentException($"None in '{ModelStore.Default.Folder}'. Put some there, or name another folder in {ModelStore.Override}.");
        }

        return results.FirstOrDefault(result => result.Problem is not null).Problem is { } problem
            ? throw new RevisageException(problem)
            : $"{string.Join(", ", results.Select(result => result.Model.Name))} (verified) in '{ModelStore.Default.Folder}'";
    }

    /// <param name="folder">Of .build/native, and in the library's name.</param>
    /// <param name="command">That installs and builds it.</param>
    private static string Bridge(string folder, string library, string command)
    {
        var remedy = $"Run './revisage {command}' in a checkout of the repository, which installs {library} and builds the bridge.";
        if (Checkout.Root is not { } root)
        {
            throw new MissingComponentException($"This is no checkout. {remedy}");
        }

        var bridge = Path.Combine(root, ".build", "native", folder, $"librevisage_{folder}.so");
        if (!File.Exists(bridge))
        {
            throw new MissingComponentException($"'{bridge}' is not built. {remedy}");
        }

        return NativeLibrary.TryLoad(bridge, out _) ? $"'{bridge}' loads"
            : throw new MissingComponentException($"'{bridge}' does not load: {library} is gone or another. {remedy}");
    }

    private static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
