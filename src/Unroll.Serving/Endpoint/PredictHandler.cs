using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Unroll.Classification;
using Unroll.Serving.Metrics;

namespace Unroll.Serving.Endpoint;

/// <summary>Answers requests: reads, waits for a turn, predicts, writes.</summary>
internal sealed partial class PredictHandler(TextClassifierService service, TextClassifierServiceOptions options, ServingMetrics metrics, ILogger<PredictHandler> log) : IDisposable
{
    private const int ClientClosedRequest = 499; // what proxies call a request whose sender is gone

    private const int TextsAtOnce = 32; // between such portions it is seen whether anybody still waits

    private readonly RequestReader _reader = new(options);

    private readonly ConcurrencyLimiter _turns = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.MaxConcurrency,
        QueueLimit = options.QueueLimit,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    public void Dispose() => _turns.Dispose();

    /// <summary>Answers a request for predictions.</summary>
    public async Task Predict(HttpContext context)
    {
        long start = Stopwatch.GetTimestamp();
        int status = StatusCodes.Status200OK, texts = 0;
        try
        {
            PredictRequest request = await _reader.Read(context);
            PredictAnswer answer;
            using (RateLimitLease turn = await _turns.AcquireAsync(1, context.RequestAborted))
            {
                if (!turn.IsAcquired)
                {
                    context.Response.Headers.RetryAfter = "1";
                    throw new RefusedException(StatusCodes.Status429TooManyRequests, $"{options.MaxConcurrency} requests are computed and {options.QueueLimit} wait. Try again in a second.");
                }

                answer = Answer(service.Classifier, request, context.RequestAborted);
            }

            texts = request.Texts?.Length ?? 1;
            await Write(context, status, answer, WireJson.Types.PredictAnswer, "application/json; charset=utf-8");
        }
        catch (RefusedException e)
        {
            await Refuse(context, status = e.Status, e.Message);
        }
        catch (BadHttpRequestException e) // the server's own: a body that breaks off, say
        {
            await Refuse(context, status = e.StatusCode, e.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            status = ClientClosedRequest;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            LogFailed(e);
            await Refuse(context, status = StatusCodes.Status500InternalServerError, "The prediction failed; the log of the service says why.");
        }
        finally
        {
            metrics.CountRequest(status, texts, Stopwatch.GetElapsedTime(start));
        }
    }

    /// <summary>Says which model is loaded.</summary>
    public Task Health(HttpContext context)
    {
        Loading.LoadedClassifier loaded = service.Loaded;
        var answer = new HealthAnswer
        {
            Status = "ok",
            Labels = loaded.Classifier.Labels,
            Parameters = loaded.Classifier.Model.ParameterCount,
            Fingerprint = loaded.Fingerprint,
            LoadedAt = loaded.LoadedAt,
        };
        return Write(context, StatusCodes.Status200OK, answer, WireJson.Types.HealthAnswer, "application/json; charset=utf-8");
    }

    /// <summary>Writes what was counted.</summary>
    public Task Metrics(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(metrics.Page.ToString(), context.RequestAborted);
    }

    private static PredictAnswer Answer(TextClassifier classifier, PredictRequest request, CancellationToken gone)
    {
        gone.ThrowIfCancellationRequested();
        if (request.Texts is not { } texts) return One(classifier, classifier.Predict(request.Text!), request.Text!, request.Explain, gone);
        var answers = new PredictAnswer[texts.Length];
        for (int first = 0; first < texts.Length; first += TextsAtOnce)
        {
            gone.ThrowIfCancellationRequested();
            IReadOnlyList<TextPrediction> predictions = classifier.Predict(texts.Skip(first).Take(TextsAtOnce)!);
            for (int i = 0; i < predictions.Count; i++) answers[first + i] = One(classifier, predictions[i], texts[first + i]!, request.Explain, gone);
        }

        return new PredictAnswer { Predictions = answers };
    }

    private static PredictAnswer One(TextClassifier classifier, TextPrediction prediction, string text, bool explains, CancellationToken gone) => new()
    {
        Label = prediction.Label,
        Probability = prediction.Probability,
        Labels = classifier.HasSeveralLabels ? prediction.Labels : null,
        Probabilities = new Dictionary<string, float>(prediction.Probabilities),
        Explanation = explains ? Explain(classifier, text, prediction.Label, gone) : null,
    };

    private static ExplanationAnswer Explain(TextClassifier classifier, string text, string label, CancellationToken gone)
    {
        TextExplanation explained = classifier.Explain(text, label, cancellation: gone);
        return new ExplanationAnswer
        {
            Label = explained.Label,
            Score = explained.Score,
            BaseScore = explained.BaseScore,
            Words = [.. explained.Words.Select(word => new WordAnswer { Text = word.Text, Start = word.Start, Contribution = word.Contribution, Known = word.IsKnown, Read = word.IsRead })],
        };
    }

    private static Task Refuse(HttpContext context, int status, string detail) => Write(
        context, status, new ProblemDetails { Status = status, Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status), Detail = detail },
        WireJson.Types.ProblemDetails, "application/problem+json; charset=utf-8");

    private static Task Write<T>(HttpContext context, int status, T answer, JsonTypeInfo<T> type, string mediaType)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(answer, type);
        (context.Response.StatusCode, context.Response.ContentType, context.Response.ContentLength) = (status, mediaType, json.Length);
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A prediction failed.")]
    private partial void LogFailed(Exception e);
}
