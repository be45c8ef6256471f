using Revisage.Data.Packed;
using Revisage.Data.Prepare;
using Revisage.Data.Sources;
using Revisage.Imaging;

namespace Revisage.Training.Tests.Data.Sources;

public sealed class DatasetFolderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Links_in_a_circle_end_and_an_earlier_runs_set_is_no_part_of_the_photographs()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var jpeg = ImageFile.EncodeJpeg(new Image(8, 8, new float[3 * 8 * 8]), 90);
        foreach (var path in new[] { "sub/1.jpg", "sub/unnamed", "out/sheet.png", "out/faces-000.pack", "out/" + PackIndex.FileName })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(In(path))!);
            File.WriteAllBytes(In(path), jpeg);
        }

        File.WriteAllText(In("notes.txt"), "notes");
        Directory.CreateSymbolicLink(In("sub/a"), "..");
        Directory.CreateSymbolicLink(In("sub/b"), "..");

        var input = PrepareInput.Read(folder, new PlainFolder()).ShouldHaveSingleItem();

        input.Listing.Faces.Select(face => face.Name).ShouldBe(["sub/1.jpg", "sub/unnamed"]);
        input.Listing.Problems.ShouldBeEmpty();
    }

    private string In(string path) => Path.Combine(folder, path);
}
