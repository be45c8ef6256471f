using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Revisage.Photographs;

/// <summary>What an application can watch (OpenTelemetry and the like listen by these names): one activity a photograph, counters of faces, seconds by stage. Nothing goes anywhere by itself.</summary>
public static class PhotoTelemetry
{
    /// <summary>The name of the <see cref="ActivitySource"/> and of the <see cref="Meter"/>.</summary>
    public const string Name = "Revisage";

    private static readonly ActivitySource source = new(Name);
    private static readonly Meter meter = new(Name);
    private static readonly Counter<long> faces = meter.CreateCounter<long>("revisage.faces", "{face}", "Faces found, by what became of them.");
    private static readonly Histogram<double> seconds = meter.CreateHistogram<double>("revisage.stage.duration", "s", "Time of each stage of a photograph.");

    internal static Activity? Begin(Photo photo, EnhanceOptions options) =>
        source.StartActivity("enhance")?.SetTag("photo.width", photo.Width).SetTag("photo.height", photo.Height).SetTag("scale", options.Scale);

    internal static void End(Activity? activity, EnhancedPhoto enhanced)
    {
        foreach (var group in enhanced.Faces.GroupBy(face => face.Skipped?.Reason.ToString() ?? "Restored"))
        {
            faces.Add(group.Count(), new KeyValuePair<string, object?>("outcome", group.Key));
        }

        var times = enhanced.Times;
        foreach (var (stage, time) in new[] { (EnhanceStage.Detect, times.Detect), (EnhanceStage.Restore, times.Restore), (EnhanceStage.Background, times.Background), (EnhanceStage.Blend, times.Blend) })
        {
            seconds.Record(time.TotalSeconds, new KeyValuePair<string, object?>("stage", stage.ToString()));
        }

        activity?.SetTag("faces.found", enhanced.Faces.Count).SetTag("faces.restored", enhanced.Faces.Count(face => face.Model is not null));
    }
}
