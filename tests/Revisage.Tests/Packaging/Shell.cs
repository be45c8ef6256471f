using System.Diagnostics;

namespace Revisage.Tests.Packaging;

/// <summary>Runs programs as a shell would and tells how they ended.</summary>
internal static class Shell
{
    /// <param name="variables">Set for the program besides this process's own; null takes one away.</param>
    public static (int Exit, string Output, string Error) Run(string folder, IReadOnlyDictionary<string, string?> variables, string program, params string[] args)
    {
        var start = new ProcessStartInfo(program, args) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        // What the test runner's own build leaves behind would steer the builds that tests start.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }
}
