using System.Diagnostics;
using Revisage.Batch;

namespace Revisage.Tests.Batch;

public sealed class FolderListingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [UnixFact]
    public void Links_that_lead_round_in_a_circle_end_and_each_folder_is_listed_once()
    {
        Touch("d/sub/1.png");
        foreach (var link in new[] { "a", "b", "c" })
        {
            Directory.CreateSymbolicLink(In("d/sub/" + link), "..");
        }

        Directory.CreateSymbolicLink(In("d/self"), "self");

        Files("d").ShouldBe(["self", "sub/1.png"]);
    }

    [UnixFact]
    public void A_folder_has_its_own_name_even_where_a_link_to_it_comes_first()
    {
        Touch("d/z/1.png", "elsewhere/2.png");
        Directory.CreateSymbolicLink(In("d/a"), In("d/z"));
        Directory.CreateSymbolicLink(In("d/b"), In("elsewhere"));
        Directory.CreateSymbolicLink(In("d/c"), In("elsewhere/../elsewhere"));

        Files("d").ShouldBe(["b/2.png", "z/1.png"]);
    }

    [UnixFact]
    public void A_folder_may_itself_be_named_by_a_link()
    {
        Touch("real/1.png");
        Directory.CreateSymbolicLink(In("link"), In("real"));
        Directory.CreateSymbolicLink(In("real/up"), In("link"));

        Files("link").ShouldBe(["1.png"]);
    }

    [UnixFact]
    public void The_folder_that_results_go_to_is_passed_over()
    {
        Touch("d/1.png", "d/out/1.png", "d/out/deep/2.png");
        Directory.CreateSymbolicLink(In("out"), In("d/out"));

        FolderListing.Of(In("d"), except: In("out")).Files.ShouldBe([In("d/1.png")]);
        FolderListing.Of(In("d/out"), except: In("d/out")).Files.Count.ShouldBe(2, "it was asked for by name");
    }

    [Fact]
    public void Listing_stops_when_it_is_cancelled()
    {
        Touch("d/1.png");
        Should.Throw<OperationCanceledException>(() => FolderListing.Of(In("d"), except: null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Hidden_files_are_passed_over()
    {
        Touch("d/.DS_Store", "d/.git/1.png", "d/1.png");
        Files("d").ShouldBe([".git/1.png", "1.png"]);
    }

    [UnixFact]
    public void Pictures_are_known_by_their_content_and_pipes_are_not_waited_for()
    {
        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xE0], tiff = [.. "II*\0"u8];
        Write("d/a", jpeg);
        Write("d/b.jfif", jpeg);
        Write("d/c.dat", jpeg);
        Write("d/d.bmp", "BM"u8);
        Write("d/e.txt", "notes"u8);
        // A camera's raw file, of which a TIFF reader would find the thumbnail.
        Write("d/f.nef", tiff);
        Touch("d/empty");
        using (var made = Process.Start("mkfifo", In("d/pipe")))
        {
            made.WaitForExit();
        }

        File.CreateSymbolicLink(In("d/zero"), "/dev/zero");
        File.CreateSymbolicLink(In("d/link"), In("d/a"));

        var listing = PictureListing.Of(In("d"));

        listing.Pictures.Select(Path.GetFileName).ShouldBe(["a", "b.jfif", "c.dat", "link"]);
        listing.Others.Select(Path.GetFileName).ShouldBe(["d.bmp", "e.txt", "empty", "f.nef", "pipe", "zero"]);
        listing.DescribeOthers().ShouldBe($"6 files of '{In("d")}' are left out, which are no pictures that are read here (first: '{In("d/d.bmp")}').");
    }

    private string In(string path) => Path.Combine(folder, path);

    private IEnumerable<string> Files(string below) => FolderListing.Of(In(below)).Files.Select(file => Path.GetRelativePath(In(below), file));

    private void Touch(params string[] paths)
    {
        foreach (var path in paths)
        {
            Write(path, []);
        }
    }

    private void Write(string path, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(path))!);
        File.WriteAllBytes(In(path), bytes);
    }
}
