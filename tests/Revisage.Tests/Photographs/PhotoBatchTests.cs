using Revisage.Batch;
using Revisage.Photographs;

namespace Revisage.Tests.Photographs;

public sealed class PhotoBatchTests : IDisposable
{
    private readonly StandInPhotoModels models = new();
    private readonly PhotoEnhancer enhancer;
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-photos-").FullName;

    public PhotoBatchTests() => enhancer = PhotoEnhancer.Open(models.Store);

    private string Out => Path.Combine(folder, "out");

    public void Dispose()
    {
        enhancer.Dispose();
        models.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_damaged_photograph_fails_alone_and_in_its_place()
    {
        Save("a.png");
        File.WriteAllText(Path.Combine(folder, "b.png"), "no picture");
        Save("c.png");

        var outcomes = await Run(resume: false);

        outcomes.Select(outcome => outcome.Failure is null).ShouldBe([true, false, true]);
        outcomes[1].Failure!.ShouldContain("b.png");
        Directory.GetFiles(Out).Select(Path.GetFileName).Order().ShouldBe(["a.png", "c.png", PhotoManifest.FileName]);
    }

    [Fact]
    public async Task A_run_that_was_cut_off_goes_on_without_repeating_or_losing_any()
    {
        foreach (var name in new[] { "a.png", "b.png", "c.png" })
        {
            Save(name);
        }

        // Cut off after the first, in the middle of the second's line.
        await foreach (var outcome in Batch(resume: false).RunAsync(Plan()))
        {
            break;
        }

        File.AppendAllText(Path.Combine(Out, PhotoManifest.FileName), "{\"input\": \"b.p");
        var first = File.GetLastWriteTimeUtc(Path.Combine(Out, "a.png"));

        (await Run(resume: true)).Select(outcome => outcome.DoneBefore).ShouldBe([true, false, false]);
        File.GetLastWriteTimeUtc(Path.Combine(Out, "a.png")).ShouldBe(first);
        (await Run(resume: true)).ShouldAllBe(outcome => outcome.DoneBefore);
    }

    [Fact]
    public async Task What_has_changed_since_is_done_again()
    {
        Save("a.png");
        Save("b.png");
        await Run(resume: false);

        File.SetLastWriteTimeUtc(Path.Combine(folder, "a.png"), DateTime.UtcNow.AddMinutes(1));
        File.Delete(Path.Combine(Out, "b.png"));
        (await Run(resume: true)).ShouldAllBe(outcome => !outcome.DoneBefore);
        (await Run(resume: true, new EnhanceOptions { Strength = 0.5 })).ShouldAllBe(outcome => !outcome.DoneBefore);
    }

    [Fact]
    public async Task A_photograph_that_cannot_be_enhanced_fails_alone()
    {
        Save("a.png");
        PhotoFile.Save(new Photo(new byte[3 * 4000 * 4000], 4000, 4000, new PhotoLayout(3, false, 1), PhotoMetadata.None), Path.Combine(folder, "b.png"));

        var outcomes = await Run(resume: false, new EnhanceOptions { Scale = 8 });

        outcomes.Select(outcome => outcome.Failure is null).ShouldBe([true, false]);
        outcomes[1].Failure!.ShouldStartWith($"'{Path.Combine(folder, "b.png")}' cannot be enhanced. The photograph is 4000x4000");
    }

    [Fact]
    public async Task A_cancelled_run_does_not_end_as_if_all_were_done()
    {
        Save("a.png");
        Save("b.png");
        using var stop = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Batch(resume: false).RunAsync(Plan(), stop.Token))
            {
                await stop.CancelAsync();
            }
        });
    }

    [Fact]
    public async Task Without_resume_all_is_done_anew()
    {
        Save("a.png");
        await Run(resume: false);

        (await Run(resume: false)).ShouldAllBe(outcome => !outcome.DoneBefore);
    }

    private async Task<List<PhotoOutcome>> Run(bool resume, EnhanceOptions? options = null)
    {
        var outcomes = new List<PhotoOutcome>();
        await foreach (var outcome in Batch(resume, options).RunAsync(Plan()))
        {
            outcomes.Add(outcome);
        }

        return outcomes;
    }

    private PhotoBatch Batch(bool resume, EnhanceOptions? options = null) => new(enhancer, options ?? new EnhanceOptions()) { Manifest = PhotoManifest.Open(Out, resume) };

    private OutputPlan Plan() => OutputPlan.Create([folder], Out, Path.GetExtension, PhotoFile.CanSave, PhotoFile.Writable);

    private void Save(string name) => PhotoFile.Save(PhotoEnhancerTests.PhotoWithFaces(new PhotoLayout(3, false, 1), new PixelBox(64, 32, 32, 32)), Path.Combine(folder, name));
}
