using System.CommandLine;
using Revisage.Training.Cli;

namespace Revisage.Training.Tests.Cli;

public sealed class RunLockTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_second_run_is_kept_out_until_the_first_ends()
    {
        using (RunLock.Take(In("run")))
        {
            Should.Throw<RevisageException>(() => RunLock.Take(In("run"))).Message
                .ShouldBe($"Another process trains into '{In("run")}'. Wait for its end, or name another folder with -o.");
        }

        RunLock.Take(In("run")).Dispose();
        Directory.GetFileSystemEntries(In("run")).ShouldBeEmpty();
    }

    [Fact]
    public void A_run_that_fails_at_its_start_leaves_nothing()
    {
        Should.Throw<RevisageException>(() => Train("--data", In("nowhere"), "-o", In("runs/edsr")));
        Directory.GetFileSystemEntries(folder).ShouldBeEmpty();

        Directory.CreateDirectory(In("empty"));
        Should.Throw<RevisageException>(() => Train("--data", In("nowhere"), "-o", In("empty")));
        Directory.GetFileSystemEntries(In("empty")).ShouldBeEmpty();
    }

    [Fact]
    public void What_was_there_before_and_what_reached_a_checkpoint_stays()
    {
        Directory.CreateDirectory(In("mine"));
        File.WriteAllText(In("mine/notes.txt"), "");
        Should.Throw<RevisageException>(() => Train("--data", In("nowhere"), "-o", In("mine")));
        File.Exists(In("mine/notes.txt")).ShouldBeTrue();

        using (var taken = RunLock.Take(In("run")))
        {
            File.WriteAllText(In("run/checkpoint.safetensors"), "");
            taken.Clear();
        }

        File.Exists(In("run/checkpoint.safetensors")).ShouldBeTrue();
    }

    [Fact]
    public void The_folder_of_the_faces_is_no_folder_for_a_run() =>
        Should.Throw<UsageException>(() => Train("--data", folder, "-o", folder + "/.")).Message.ShouldContain("is the folder of the faces");

    private static int Train(params string[] args) => TrainCommand.Create().Parse(["edsr", .. args])
        .InvokeAsync(new InvocationConfiguration { Output = TextWriter.Null, Error = TextWriter.Null, EnableDefaultExceptionHandler = false }).GetAwaiter().GetResult();

    private string In(string path) => Path.Combine(folder, path);
}
