namespace Revisage.Tests;

public sealed class GrowingFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void It_takes_its_place_when_it_is_complete_and_not_before()
    {
        File.WriteAllText(In("page"), "old");
        using (var file = new GrowingFile(In("page")))
        {
            file.Append("new, ");
            file.Append("whole");
            File.ReadAllText(In("page")).ShouldBe("old");

            file.Complete();
        }

        File.ReadAllText(In("page")).ShouldBe("new, whole");
        Directory.GetFileSystemEntries(folder).ShouldHaveSingleItem();
    }

    [Fact]
    public void What_is_not_completed_leaves_nothing_and_what_was_there_stays()
    {
        File.WriteAllText(In("page"), "old");
        using (var file = new GrowingFile(In("page")))
        {
            file.Append("half");
        }

        File.ReadAllText(In("page")).ShouldBe("old");
        Directory.GetFileSystemEntries(folder).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named_at_once()
    {
        File.WriteAllText(In("taken"), "");

        Should.Throw<RevisageException>(() => new GrowingFile(In("taken/page"))).Message.ShouldStartWith($"Cannot write '{In("taken/page")}': ");
    }

    private string In(string path) => Path.Combine(folder, path);
}
