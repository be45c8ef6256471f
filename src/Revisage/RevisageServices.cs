using Microsoft.Extensions.DependencyInjection;
using Revisage.Photographs;
using Revisage.Restoration;

namespace Revisage;

/// <summary>How an application's <see cref="PhotoEnhancer"/> is opened.</summary>
public sealed record PhotoEnhancerOptions
{
    /// <summary>The folder of models; null for <see cref="ModelStore.Default"/>.</summary>
    public string? Models { get; init; }

    /// <summary>Threads that one operator is divided over.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    public RestoreQuality Quality { get; init; }
}

/// <summary>Revisage for applications that are built by dependency injection.</summary>
public static class RevisageServices
{
    /// <summary>One <see cref="PhotoEnhancer"/> for the whole application, opened when it is first wanted, and the <see cref="ModelStore"/> that it takes its models from.</summary>
    public static IServiceCollection AddRevisage(this IServiceCollection services, PhotoEnhancerOptions? options = null)
    {
        options ??= new PhotoEnhancerOptions();
        return services
            .AddSingleton(_ => options.Models is { } folder ? new ModelStore(folder) : ModelStore.Default)
            .AddSingleton(provider => PhotoEnhancer.Open(provider.GetRequiredService<ModelStore>(), options: new OnnxOptions { Threads = options.Threads }, quality: options.Quality));
    }
}
