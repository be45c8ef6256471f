namespace Revisage.Cli;

/// <summary>What the command tells the shell.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>Some inputs failed; the others are written.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong, and nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Something needed is not installed.</summary>
    public const int Missing = 3;

    /// <summary>Stopped by Ctrl-C: 128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}
