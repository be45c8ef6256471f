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
    private const int HelpWidth = 100;

    /// <summary>Runs the command that <paramref name="args"/> name.</summary>
    /// <param name="learning">The learning tier's commands; those it lacks say how to get them.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, IReadOnlyList<Command> learning) =>
        Run(args, learning, new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });

    internal static int Run(string[] args, IReadOnlyList<Command> learning, InvocationConfiguration invocation)
    {
        try
        {
            var parsed = Create(learning).Parse(args, Parsing);
            var errors = UsageErrors.Of(parsed, args);
            if (errors.Count > 0)
            {
                // Where a command is not installed, how it is used matters little.
                if (learning.All(command => command.Name != parsed.CommandResult.Command.Name)
                    && LearningCommands.All.FirstOrDefault(command => command.Name == parsed.CommandResult.Command.Name) is { } absent)
                {
                    throw absent.Missing();
                }

                foreach (var error in errors)
                {
                    invocation.Error.WriteLine(error);
                }

                invocation.Error.WriteLine($"See '{FullName(parsed.CommandResult)} --help'.");
                return ExitCode.Usage;
            }

            using var stop = new CancellationTokenSource();
            // What looks at no token ends at once, as any program does.
            var looks = parsed.Action is AsynchronousCommandLineAction;
            using var interrupted = looks ? PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop) : null;
            using var terminated = looks ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop) : null;
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
            return e is MissingComponentException ? ExitCode.Missing : e is UsageException ? ExitCode.Usage : ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            invocation.Error.WriteLine("Stopped.");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Commands say themselves which of their files fails; what is left are the streams.
            Tell(invocation.Error, $"Standard output or a file cannot be written or read: {e.Message}");
            return ExitCode.Failed;
        }
    }

    private static void Tell(TextWriter error, string line)
    {
        try
        {
            error.WriteLine(line);
        }
        catch (IOException)
        {
            // Standard error is closed too.
        }
    }

    // No letters in a row: "-model srcnn" would be "-m odel" and a face called srcnn. No files of further arguments: "@me.png" is a picture.
    internal static ParserConfiguration Parsing { get; } = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    // Not a RootCommand, whose name in help is the executable's file.
    private static Command Create(IReadOnlyList<Command> learning)
    {
        var help = new HelpOption("--help", "-h", "-?") { Action = Help() };
        var root = new Command("revisage", "Face super-resolution: faces of 16 pixels to 128.")
        {
            help,
            new VersionOption(),
            UpscaleCommand.Create(),
            DetectCommand.Create(),
            EnhanceCommand.Create(),
            EvaluateCommand.Create(),
            ModelsCommand.Create(),
            BenchCommand.Create(),
            DoctorCommand.Create(),
            CompletionsCommand.Create(),
        };
        root.Add(CompletionsCommand.CreateSource(root));
        root.SetAction(parsed =>
        {
            Help().Invoke(parsed);
            return ExitCode.Usage;
        });
        foreach (var entry in LearningCommands.All)
        {
            root.Add(learning.FirstOrDefault(command => command.Name == entry.Name) ?? entry.ToStandIn());
        }

        return root;
    }

    // Into a file as on a terminal: its lines are for people to read.
    private static HelpAction Help()
    {
        var width = HelpWidth;
        try
        {
            if (!Console.IsOutputRedirected && Console.WindowWidth > 0)
                width = Math.Min(width, Console.WindowWidth);
        }
        catch (IOException)
        {
            // No terminal after all.
        }

        return new HelpAction { MaxWidth = width };
    }

    private static string FullName(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{FullName(parent)} {result.Command.Name}" : result.Command.Name;
}
