using System.Threading.Channels;

namespace Revisage.Photographs;

/// <summary>A stage of a pipeline on a thread of its own.</summary>
internal static class ChannelStage
{
    /// <summary>Does the work, and closes what it writes to: with its exception, so that the next stage meets it, or plainly where it was cancelled.</summary>
    public static Task Run<T>(ChannelWriter<T> writer, Func<Task> work) => Task.Run(async () =>
    {
        try
        {
            await work().ConfigureAwait(false);
            writer.Complete();
        }
        catch (Exception e)
        {
            writer.Complete(e is OperationCanceledException ? null : e);
        }
    }, CancellationToken.None);
}
