namespace Revisage.Training.Import;

internal static class ImportErrors
{
    /// <summary>One line for what a file had wrong. It may quote the file, whose names could hold line ends and terminal codes.</summary>
    public static RevisageException Of(string path, Exception problem) =>
        new($"'{path}' cannot be imported: {string.Concat(problem.Message.Select(letter => char.IsControl(letter) ? '?' : letter))}", problem);
}
