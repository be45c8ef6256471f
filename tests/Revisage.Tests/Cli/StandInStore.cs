using System.CommandLine;
using Revisage.Cli;
using Revisage.Restoration;

namespace Revisage.Tests.Cli;

/// <summary>
/// A folder of models that holds <see cref="StandIn"/> alone, as <c>repeat</c>, and is what commands find, with what they write. Tests that use
/// one run alone: which folder is found is the process's.
/// </summary>
internal sealed class StandInStore : IDisposable
{
    public StandInStore()
    {
        StandIn.Write(Path.Combine(Folder, "repeat.onnx"));
        Environment.SetEnvironmentVariable(ModelStore.Override, Folder);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("revisage-").FullName;

    public StringWriter Output { get; } = new();

    public StringWriter Error { get; } = new();

    public int Run(params string[] args) =>
        RevisageCommand.Run(args, [], new InvocationConfiguration { Output = Output, Error = Error, EnableDefaultExceptionHandler = false });

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(ModelStore.Override, null);
        Directory.Delete(Folder, recursive: true);
        Output.Dispose();
        Error.Dispose();
    }
}
