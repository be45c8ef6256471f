using System.Diagnostics;
using System.Net.Http.Headers;
using Revisage.Photographs;
using Revisage.Restoration;
using Revisage.Tests.Packaging;

namespace Revisage.Tests.Photographs;

/// <summary>The programs of examples/, run as they are built.</summary>
public sealed class ExamplesTests : IDisposable
{
    private readonly StandInPhotoModels models = new();
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-examples-").FullName;

    public ExamplesTests() => PhotoFile.Save(PhotoEnhancerTests.PhotoWithFaces(new PhotoLayout(3, false, 1), new PixelBox(64, 32, 32, 32)), In("photo.png"));

    public void Dispose()
    {
        models.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void The_console_example_restores_a_photograph()
    {
        var (exit, output, error) = Shell.Run(folder, Variables, "dotnet", Path.Combine(AppContext.BaseDirectory, "Enhance.Console.dll"), In("photo.png"), In("out.png"));

        exit.ShouldBe(0, error);
        output.ShouldContain("light-32");
        PhotoFile.Load(In("out.png")).Width.ShouldBe(2 * 192);
    }

    [Fact]
    public async Task The_web_example_answers_with_the_restored_photograph()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Enhance.Web.dll"), "--urls", "http://127.0.0.1:0"]) { RedirectStandardOutput = true };
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        using var server = Process.Start(start)!;
        try
        {
            const string says = "Now listening on: ";
            string? line;
            while ((line = await server.StandardOutput.ReadLineAsync()) is not null && !line.Contains(says, StringComparison.Ordinal))
            {
            }

            using var client = new HttpClient { BaseAddress = new Uri(line.ShouldNotBeNull()[(line.IndexOf(says, StringComparison.Ordinal) + says.Length)..]) };
            using var content = new ByteArrayContent(await File.ReadAllBytesAsync(In("photo.png")));
            content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
            using var response = await client.PostAsync(new Uri("enhance", UriKind.Relative), content);

            response.EnsureSuccessStatusCode();
            PhotoFile.Decode(await response.Content.ReadAsByteArrayAsync(), "the answer").Width.ShouldBe(2 * 192);
        }
        finally
        {
            server.Kill();
        }
    }

    private Dictionary<string, string?> Variables => new() { [ModelStore.Override] = models.Folder };

    private string In(string name) => Path.Combine(folder, name);
}
