using System.Diagnostics;

namespace Revisage.Photographs.Video;

/// <summary>ffmpeg or ffprobe while it runs. Disposing ends it.</summary>
internal sealed class FfmpegProcess : IAsyncDisposable
{
    // Ctrl-C reaches ffmpeg as soon as us: it may be gone before we know that we are to stop.
    private static readonly TimeSpan ForCancel = TimeSpan.FromSeconds(0.3);

    private readonly Process process;
    private readonly Task messages;
    private string? complaint;

    /// <param name="take">Takes a line of standard error that is no complaint, and says so.</param>
    private FfmpegProcess(string program, IEnumerable<string> arguments, Func<string, bool>? take)
    {
        var start = new ProcessStartInfo(Ffmpeg.Find(program)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        process = Process.Start(start) ?? throw new MissingComponentException($"'{start.FileName}' does not start. Install ffmpeg anew.");
        messages = Task.Run(async () =>
        {
            while (await process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (take?.Invoke(line) != true && line.Trim().Length > 0)
                {
                    // The first says what is wrong, those after what follows from it.
                    complaint ??= line.Trim();
                }
            }
        });
    }

    public Stream Input => process.StandardInput.BaseStream;

    public Stream Output => process.StandardOutput.BaseStream;

    /// <exception cref="MissingComponentException">It is not installed, or does not start.</exception>
    public static FfmpegProcess Start(string program, IEnumerable<string> arguments, Func<string, bool>? take = null)
    {
        try
        {
            return new FfmpegProcess(program, arguments, take);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new MissingComponentException($"{program} does not start: {e.Message}. Install ffmpeg anew.", e);
        }
    }

    /// <summary>Waits until it has ended.</summary>
    /// <returns>What it complains of; null where it did its work.</returns>
    public async Task<string?> EndAsync(CancellationToken cancel)
    {
        await process.WaitForExitAsync(cancel).ConfigureAwait(false);
        await messages.ConfigureAwait(false);
        if (process.ExitCode == 0)
        {
            return null;
        }

        await Task.Delay(ForCancel, cancel).ConfigureAwait(false);
        return complaint ?? $"it ended with code {process.ExitCode}";
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            try
            {
                process.Kill();
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // Ended meanwhile.
            }

            await process.WaitForExitAsync().ConfigureAwait(false);
        }

        await messages.ConfigureAwait(false);
        process.Dispose();
    }
}
