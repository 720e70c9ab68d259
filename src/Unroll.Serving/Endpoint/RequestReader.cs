using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Unroll.Serving.Endpoint;

/// <summary>Reads requests, and refuses what is no request or too large before anything is computed.</summary>
internal sealed class RequestReader(TextClassifierServiceOptions options)
{
    private const string Form = "Send {\"text\": \"…\"} or {\"texts\": [\"…\", \"…\"]}, and \"explain\": true if you like.";

    /// <exception cref="RefusedException">The request is wrong.</exception>
    public async ValueTask<PredictRequest> Read(HttpContext context)
    {
        RequireJson(context.Request);
        if (context.Request.ContentLength > options.MaxBodyBytes) throw TooLarge();
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null; // ours counts
        PipeReader body = context.Request.BodyReader;
        while (true)
        {
            ReadResult read = await body.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > options.MaxBodyBytes)
            {
                body.AdvanceTo(read.Buffer.End);
                throw TooLarge();
            }

            if (!read.IsCompleted)
            {
                body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            try
            {
                return Check(Parse(new Utf8JsonReader(read.Buffer)));
            }
            finally
            {
                body.AdvanceTo(read.Buffer.End);
            }
        }
    }

    private static void RequireJson(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) && !type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            throw new RefusedException(StatusCodes.Status415UnsupportedMediaType, $"The request has {(string.IsNullOrEmpty(request.ContentType) ? "no Content-Type" : $"the Content-Type {request.ContentType}")}; send application/json.");
        if (type.Charset is { Length: > 0 } charset && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            throw new RefusedException(StatusCodes.Status415UnsupportedMediaType, $"The charset is {charset}; JSON is UTF-8.");
    }

    private static PredictRequest Parse(Utf8JsonReader reader)
    {
        try
        {
            PredictRequest? request = JsonSerializer.Deserialize(ref reader, WireJson.Types.PredictRequest);
            if (reader.Read()) throw new JsonException("There is something behind the request.");
            return request ?? throw Wrong($"The body is null. {Form}");
        }
        catch (JsonException e)
        {
            string place = e.LineNumber is { } line ? $" Line {line + 1}, byte {e.BytePositionInLine + 1}{(e.Path is { Length: > 0 } path ? $", {path}" : "")}." : "";
            throw Wrong($"The body can't be read as a request.{place} {Form}");
        }
    }

    private PredictRequest Check(PredictRequest request)
    {
        if (request.Text is null == request.Texts is null)
            throw Wrong($"The request has {(request.Text is null ? "neither text nor texts" : "both text and texts")}. {Form}");
        RequireLength(request.Text, "text");
        if (request.Texts is not { } texts) return request;
        if (texts.Length > options.MaxTexts)
            throw new RefusedException(StatusCodes.Status413PayloadTooLarge, $"There are {texts.Length} texts; at most {options.MaxTexts} are taken. Send them in several requests.");
        if (request.Explain && texts.Length > options.MaxExplainedTexts)
            throw new RefusedException(StatusCodes.Status413PayloadTooLarge, $"There are {texts.Length} texts to explain; at most {options.MaxExplainedTexts} are taken. Send them in several requests.");
        for (int i = 0; i < texts.Length; i++)
        {
            if (texts[i] is null) throw Wrong($"texts[{i}] is null; it must be a text.");
            RequireLength(texts[i], $"texts[{i}]");
        }

        return request;
    }

    private void RequireLength(string? text, string name)
    {
        if (text?.Length > options.MaxTextLength)
            throw new RefusedException(StatusCodes.Status413PayloadTooLarge, $"{name} has {text.Length} characters; at most {options.MaxTextLength} are taken.");
    }

    private RefusedException TooLarge() => new(StatusCodes.Status413PayloadTooLarge, $"The body has more than {options.MaxBodyBytes} bytes.");

    private static RefusedException Wrong(string detail) => new(StatusCodes.Status400BadRequest, detail);
}
