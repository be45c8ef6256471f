namespace Revisage;

/// <summary>What was asked for does not exist or does not fit together: the command line is to be mended, and nothing was done (exit code 2).</summary>
public class UsageException : RevisageException
{
    public UsageException(string message) : base(message)
    {
    }

    public UsageException(string message, Exception inner) : base(message, inner)
    {
    }
}
