using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Unroll.Serving.Endpoint;
using Unroll.Serving.Metrics;

namespace Unroll.Serving;

/// <summary>Puts a classifier among the services of an app.</summary>
public static class TextClassifierServices
{
    /// <summary>
    /// Adds a <see cref="TextClassifierService"/> that has the classifier of a file. It is loaded when the app starts; if it can't be,
    /// the app does not start. <see cref="TextClassifierEndpoints.MapTextClassifier"/> makes an endpoint of it.
    /// <code>
    /// builder.Services.AddTextClassifier("reviews.keras", options => options.MaxTextLength = 5_000);
    /// </code>
    /// </summary>
    /// <param name="services">The services of the app.</param>
    /// <param name="path">The <c>.keras</c> file; a relative path begins at the current directory.</param>
    /// <param name="configure">Changes limits and how the file is watched.</param>
    /// <exception cref="ArgumentException">The path is empty, or an option has a value that it can't have.</exception>
    /// <exception cref="InvalidOperationException">The app has a classifier already.</exception>
    public static IServiceCollection AddTextClassifier(this IServiceCollection services, string path, Action<TextClassifierServiceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (services.Any(service => service.ServiceType == typeof(TextClassifierService)))
            throw new InvalidOperationException($"AddTextClassifier(\"{path}\"): the app has a classifier already; an app serves one.");
        var options = new TextClassifierServiceOptions();
        configure?.Invoke(options);
        options.Check();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new ServingMetrics(provider.GetRequiredService<IMeterFactory>()));
        services.AddSingleton(provider => new TextClassifierService(
            path, options, provider.GetRequiredService<ServingMetrics>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<TextClassifierService>>()));
        services.AddHostedService(provider => provider.GetRequiredService<TextClassifierService>());
        services.AddSingleton(provider => new PredictHandler(
            provider.GetRequiredService<TextClassifierService>(), options, provider.GetRequiredService<ServingMetrics>(), provider.GetRequiredService<ILogger<PredictHandler>>()));
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ServingJson.Default)); // what an OpenAPI document is made by
        return services;
    }
}
