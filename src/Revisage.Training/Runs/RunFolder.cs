namespace Revisage.Training.Runs;

/// <summary>Where a run writes: its recipe, log, checkpoints, pictures and TensorBoard events.</summary>
public sealed class RunFolder
{
    private RunFolder(string path) => Path = path;

    public string Path { get; }

    public string Recipe => File("recipe.yaml");

    /// <summary>The latest state; resuming starts here.</summary>
    public string Checkpoint => File("checkpoint.safetensors");

    /// <summary>The state of the present phase with the best validation score.</summary>
    public string Best => File("best.safetensors");

    /// <summary>What a phase left to the next one.</summary>
    public string Handover(string phase) => File($"{phase}.safetensors");

    public string Log => File("train.log");

    public string Pictures => File("pictures");

    public string Events => File("tensorboard");

    /// <summary>A folder for a new run.</summary>
    /// <exception cref="RevisageException">It already holds one.</exception>
    public static RunFolder Create(string path)
    {
        var run = new RunFolder(path);
        if (System.IO.File.Exists(run.Checkpoint))
        {
            throw new RevisageException($"'{path}' already holds a run. Go on with it by --resume, or name another folder with -o.");
        }

        try
        {
            Directory.CreateDirectory(run.Pictures);
            Directory.CreateDirectory(run.Events);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"Cannot make the run folder '{path}': {e.Message} Name another with -o.", e);
        }

        return run;
    }

    /// <summary>The folder of a run that was stopped or killed.</summary>
    /// <exception cref="RevisageException">There is no checkpoint in it.</exception>
    public static RunFolder Resume(string path)
    {
        var run = new RunFolder(path);
        if (!System.IO.File.Exists(run.Checkpoint))
        {
            throw new RevisageException($"There is nothing to resume in '{path}': no checkpoint.safetensors. Start a run without --resume.");
        }

        // What a killed run was writing at that moment.
        foreach (var unfinished in Directory.EnumerateFiles(path, "*.tmp", SearchOption.AllDirectories))
        {
            System.IO.File.Delete(unfinished);
        }

        return run;
    }

    private string File(string name) => System.IO.Path.Combine(Path, name);
}
