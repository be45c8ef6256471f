namespace Revisage.Training.Import;

internal static class ImportErrors
{
    private const int Longest = 2_000;

    /// <summary>One line for what a file had wrong. It may quote the file, whose names could be endless and hold line ends and terminal codes.</summary>
    public static RevisageException Of(string path, Exception problem) =>
        new($"'{path}' cannot be imported: {string.Concat(problem.Message.Take(Longest).Select(letter => char.IsControl(letter) ? '?' : letter))}", problem);
}
