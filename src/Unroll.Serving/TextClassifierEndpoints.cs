using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Unroll.Serving.Endpoint;
using Unroll.Serving.Page;

namespace Unroll.Serving;

/// <summary>Endpoints of the classifier that <see cref="TextClassifierServices.AddTextClassifier"/> added.</summary>
public static class TextClassifierEndpoints
{
    /// <summary>
    /// Maps <c>POST pattern</c>, which takes <c>{"text": "…"}</c> or <c>{"texts": ["…", …]}</c> as JSON and answers with labels and
    /// probabilities, with <c>"explain": true</c> also with the contributions of the words; <c>GET pattern/health</c>, which says what
    /// model is loaded; and <c>GET pattern/metrics</c>, numbers in the text format of Prometheus.
    /// </summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="pattern">Where, <c>/predict</c> for example.</param>
    /// <returns>For conventions of all three, authorization for example.</returns>
    /// <exception cref="InvalidOperationException">The app has no classifier.</exception>
    /// <exception cref="InvalidDataException">The classifier's file is damaged, or holds a model that does not classify texts.</exception>
    /// <exception cref="IOException">The classifier's file can't be read.</exception>
    public static IEndpointConventionBuilder MapTextClassifier(this IEndpointRouteBuilder endpoints, string pattern)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        PredictHandler handler = endpoints.ServiceProvider.GetService<PredictHandler>()
            ?? throw new InvalidOperationException($"MapTextClassifier(\"{pattern}\"): the app has no classifier; call builder.Services.AddTextClassifier(\"model.keras\") first.");
        RouteGroupBuilder group = endpoints.MapGroup(pattern);
        group.WithTags("Text classifier");
        Describe(group.MapPost("", handler.Predict), handler.Predict, "Classifies a text, or several.",
            new AcceptsMetadata(["application/json"], typeof(PredictRequest)),
            Answers<PredictAnswer>(StatusCodes.Status200OK),
            Problem(StatusCodes.Status400BadRequest), Problem(StatusCodes.Status413PayloadTooLarge), Problem(StatusCodes.Status415UnsupportedMediaType), Problem(StatusCodes.Status429TooManyRequests));
        // What is no JSON would be answered by the routing, without a word; the handler says what is taken.
        group.MapPost("", handler.Predict).ExcludeFromDescription();
        Describe(group.MapGet("/health", handler.Health), handler.Health, "Says which model is loaded.", Answers<HealthAnswer>(StatusCodes.Status200OK));
        Describe(group.MapGet("/metrics", handler.Metrics), handler.Metrics, "Counts of requests and their durations, as Prometheus reads them.",
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), ["text/plain"]));
        return group;
    }

    /// <summary>Maps a page on which texts can be tried: the answer, and the words coloured by what they did for it.</summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="pattern">Where, <c>/</c> for example.</param>
    /// <param name="predict">The pattern that <see cref="MapTextClassifier"/> was given.</param>
    public static IEndpointConventionBuilder MapTextClassifierPage(this IEndpointRouteBuilder endpoints, string pattern, string predict = "/predict")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(predict);
        return endpoints.MapGet(pattern, new TryPage(predict).Write).ExcludeFromDescription();
    }

    // A description is made of endpoints that say which method they run.
    private static void Describe(IEndpointConventionBuilder endpoint, RequestDelegate method, string summary, params object[] metadata) =>
        endpoint.WithMetadata([method.Method, .. metadata]).WithSummary(summary);

    private static ProducesResponseTypeMetadata Answers<T>(int status) => new(status, typeof(T), ["application/json"]);

    private static ProducesResponseTypeMetadata Problem(int status) => new(status, typeof(ProblemDetails), ["application/problem+json"]);
}
