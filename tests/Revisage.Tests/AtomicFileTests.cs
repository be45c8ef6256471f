namespace Revisage.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_name_may_be_as_long_as_the_file_system_takes()
    {
        // 255 bytes, and fewer letters.
        var path = In(new string('é', 125) + "x.png");

        AtomicFile.WriteAllText(path, "whole");

        File.ReadAllText(path).ShouldBe("whole");
        Directory.GetFileSystemEntries(folder).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_name_that_is_too_long_is_said_to_be() =>
        Should.Throw<RevisageException>(() => AtomicFile.WriteAllText(In(new string('x', 256)), "")).Message.ShouldNotContain("Free some space");

    [Fact]
    public void Whether_a_file_could_be_written_is_found_out_without_a_trace()
    {
        AtomicFile.CheckWritable(In("new/below/file.txt"));

        Directory.GetFileSystemEntries(folder).ShouldBeEmpty();
    }

    [Fact]
    public void A_file_in_a_folders_place_and_a_folder_in_a_files_are_found_before_the_work()
    {
        File.WriteAllText(In("taken"), "");
        Directory.CreateDirectory(In("folder"));

        Should.Throw<RevisageException>(() => AtomicFile.CheckWritable(In("taken/out/file.txt"))).Message.ShouldContain($"'{In("taken")}' is a file, not a folder");
        Should.Throw<RevisageException>(() => AtomicFile.CheckWritable(In("folder"))).Message.ShouldContain("there is a folder of that name");
    }

    private string In(string path) => Path.Combine(folder, path);
}
