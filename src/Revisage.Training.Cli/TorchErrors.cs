using Revisage.Torch;

namespace Revisage.Training.Cli;

/// <summary>LibTorch's own refusals, as the command reports what users can mend.</summary>
internal static class TorchErrors
{
    public static Task<int> Translate(Func<int> run)
    {
        try
        {
            return Task.FromResult(run());
        }
        catch (TorchMissingException e)
        {
            throw new MissingComponentException(e.Message, e);
        }
        catch (TypeInitializationException e) when (e.InnerException is TorchMissingException missing)
        {
            throw new MissingComponentException(missing.Message, e);
        }
        catch (TorchException e)
        {
            throw new RevisageException($"LibTorch refused a call: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
