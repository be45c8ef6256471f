using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using Revisage.Cli.Commands;

namespace Revisage.Cli;

/// <summary>The command line of both executables: parse, run, report.</summary>
public static class RevisageCommand
{
    /// <summary>Runs the command that <paramref name="args"/> name.</summary>
    /// <param name="learning">The learning tier's commands; those it lacks say how to get them.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, IReadOnlyList<Command> learning) =>
        Run(args, learning, new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });

    internal static int Run(string[] args, IReadOnlyList<Command> learning, InvocationConfiguration invocation)
    {
        try
        {
            var parsed = Create(learning).Parse(args);
            if (parsed.Action is ParseErrorAction)
            {
                foreach (var error in parsed.Errors)
                {
                    invocation.Error.WriteLine(error.Message);
                }

                invocation.Error.WriteLine($"See '{FullName(parsed.CommandResult)} --help'.");
                return ExitCode.Usage;
            }

            using var stop = new CancellationTokenSource();
            using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            return parsed.InvokeAsync(invocation, stop.Token).GetAwaiter().GetResult();

            void Stop(PosixSignalContext signal)
            {
                // The first asks commands to end well; a second ends the process at once.
                signal.Cancel = !stop.IsCancellationRequested;
                stop.Cancel();
            }
        }
        catch (RevisageException e)
        {
            invocation.Error.WriteLine(e.Message);
            return e is MissingComponentException ? ExitCode.Missing : ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            invocation.Error.WriteLine("Stopped.");
            return ExitCode.Interrupted;
        }
    }

    // Not a RootCommand, whose name in help is the executable's file.
    private static Command Create(IReadOnlyList<Command> learning)
    {
        var root = new Command("revisage", "Face super-resolution: faces of 16 pixels to 128.")
        {
            new HelpOption(),
            new VersionOption(),
            UpscaleCommand.Create(),
            EvaluateCommand.Create(),
            ModelsCommand.Create(),
            BenchCommand.Create(),
            DoctorCommand.Create(),
            CompletionsCommand.Create(),
        };
        root.Add(CompletionsCommand.CreateSource(root));
        root.SetAction(parsed =>
        {
            new HelpAction().Invoke(parsed);
            return ExitCode.Usage;
        });
        foreach (var entry in LearningCommands.All)
        {
            root.Add(learning.FirstOrDefault(command => command.Name == entry.Name) ?? entry.ToStandIn());
        }

        return root;
    }

    private static string FullName(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{FullName(parent)} {result.Command.Name}" : result.Command.Name;
}
