namespace Revisage;

/// <summary>
/// Something a user can mend. The message is one line: what was asked, what was found, what to do.
/// </summary>
public class RevisageException : Exception
{
    public RevisageException(string message) : base(message)
    {
    }

    public RevisageException(string message, Exception inner) : base(message, inner)
    {
    }
}

/// <summary>A native library, a model or another part is not installed; the message says how to get it (exit code 3).</summary>
public sealed class MissingComponentException : RevisageException
{
    public MissingComponentException(string message) : base(message)
    {
    }

    public MissingComponentException(string message, Exception inner) : base(message, inner)
    {
    }
}
