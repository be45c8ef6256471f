using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Revisage.Photographs;

namespace Revisage.Tests.Photographs;

public sealed class RevisageServicesTests : IDisposable
{
    private readonly StandInPhotoModels models = new();

    public void Dispose() => models.Dispose();

    [Fact]
    public async Task An_application_has_one_enhancer_that_many_threads_use_at_once()
    {
        await using var provider = new ServiceCollection().AddRevisage(new PhotoEnhancerOptions { Models = models.Folder }).BuildServiceProvider();
        var enhancer = provider.GetRequiredService<PhotoEnhancer>();
        var photo = PhotoEnhancerTests.PhotoWithFaces(new PhotoLayout(3, false, 1), new PixelBox(64, 32, 32, 32));

        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => enhancer.EnhanceAsync(photo)));

        provider.GetRequiredService<PhotoEnhancer>().ShouldBeSameAs(enhancer);
        results.Select(result => Convert.ToHexString(SHA256.HashData(result.Photo.Samples.Span))).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public void An_application_can_watch_what_becomes_of_photographs()
    {
        using var enhancer = PhotoEnhancer.Open(models.Store);
        var seen = new List<Activity>();
        using var activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name == PhotoTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (seen)
                {
                    seen.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(activities);
        var restored = 0L;
        using var meters = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument is { Meter.Name: PhotoTelemetry.Name, Name: "revisage.faces" }) { listener.EnableMeasurementEvents(instrument); } } };
        meters.SetMeasurementEventCallback<long>((_, count, tags, _) => Interlocked.Add(ref restored, tags.ToArray().Any(tag => "Restored".Equals(tag.Value)) ? count : 0));
        meters.Start();

        enhancer.Enhance(PhotoEnhancerTests.PhotoWithFaces(new PhotoLayout(3, false, 1), new PixelBox(64, 32, 32, 32)), new EnhanceOptions { Scale = 3 });

        seen.ShouldContain(activity => Equals(activity.GetTagItem("scale"), 3.0) && Equals(activity.GetTagItem("faces.restored"), 1));
        Interlocked.Read(ref restored).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Photographs_that_come_one_by_one_are_enhanced_one_by_one()
    {
        using var enhancer = PhotoEnhancer.Open(models.Store);
        var given = 0;

        await foreach (var enhanced in enhancer.EnhanceAsync(Photos()))
        {
            enhanced.Photo.Width.ShouldBe(2 * 192);
            given.ShouldBe(1);
            break;
        }

        async IAsyncEnumerable<Photo> Photos()
        {
            while (true)
            {
                given++;
                await Task.Yield();
                yield return PhotoEnhancerTests.PhotoWithFaces(new PhotoLayout(3, false, 1));
            }
        }
    }

    [Fact]
    public void A_cancelled_photograph_stops()
    {
        using var enhancer = PhotoEnhancer.Open(models.Store);
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Should.Throw<OperationCanceledException>(() => enhancer.Enhance(PhotoEnhancerTests.PhotoWithFaces(new PhotoLayout(3, false, 1)), cancel: stop.Token));
    }
}
