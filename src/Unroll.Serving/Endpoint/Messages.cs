using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Unroll.Serving.Endpoint;

/// <summary>What is asked.</summary>
internal sealed class PredictRequest
{
    [JsonPropertyName("text"), Description("A text to classify. Give text or texts.")]
    public string? Text { get; init; }

    [JsonPropertyName("texts"), Description("Several texts to classify; the answers come in their order.")]
    public string?[]? Texts { get; init; }

    [JsonPropertyName("explain"), Description("Whether to say what each word did for the class.")]
    public bool Explain { get; init; }
}

/// <summary>The answer for a text; for several texts it has <see cref="Predictions"/> alone.</summary>
[Description("The answer for a text; for several texts it has predictions alone.")]
internal sealed class PredictAnswer
{
    [JsonPropertyName("label"), Description("The likeliest class.")]
    public string? Label { get; init; }

    [JsonPropertyName("probability"), Description("Its probability.")]
    public float? Probability { get; init; }

    [JsonPropertyName("labels"), Description("Of a classifier of several labels per text: those above one half, maybe none.")]
    public IReadOnlyList<string>? Labels { get; init; }

    [JsonPropertyName("probabilities"), Description("The probabilities of all classes, by their names.")]
    public Dictionary<string, float>? Probabilities { get; init; }

    [JsonPropertyName("explanation"), Description("What each word did for the class, if that was asked.")]
    public ExplanationAnswer? Explanation { get; init; }

    [JsonPropertyName("predictions"), Description("For texts: an answer for each, in their order.")]
    public PredictAnswer[]? Predictions { get; init; }
}

/// <summary>What each word did for a class.</summary>
internal sealed class ExplanationAnswer
{
    [JsonPropertyName("label"), Description("The class that is explained.")]
    public required string Label { get; init; }

    [JsonPropertyName("score"), Description("Its log-odds: base_score and all contributions together.")]
    public required double Score { get; init; }

    [JsonPropertyName("base_score"), Description("The log-odds of the empty text.")]
    public required double BaseScore { get; init; }

    [JsonPropertyName("words"), Description("The words, in the order of the text.")]
    public required WordAnswer[] Words { get; init; }
}

/// <summary>A word and what it did.</summary>
internal sealed class WordAnswer
{
    [JsonPropertyName("text"), Description("The word as the text has it.")]
    public required string Text { get; init; }

    [JsonPropertyName("start"), Description("The place of its first letter, in UTF-16 units.")]
    public required int Start { get; init; }

    [JsonPropertyName("contribution"), Description("What it added to the score.")]
    public required double Contribution { get; init; }

    [JsonPropertyName("known"), Description("Whether the vocabulary has it.")]
    public required bool Known { get; init; }

    [JsonPropertyName("read"), Description("Whether it lies within the length that the model reads.")]
    public required bool Read { get; init; }
}

/// <summary>How the service is.</summary>
internal sealed class HealthAnswer
{
    [JsonPropertyName("status"), Description("ok: a model is loaded.")]
    public required string Status { get; init; }

    [JsonPropertyName("labels"), Description("The classes.")]
    public required IReadOnlyList<string> Labels { get; init; }

    [JsonPropertyName("parameters"), Description("Weights of the model.")]
    public required long Parameters { get; init; }

    [JsonPropertyName("fingerprint"), Description("Hash of the weights: equal fingerprints, equal answers.")]
    public required string Fingerprint { get; init; }

    [JsonPropertyName("loaded_at"), Description("When the model was loaded.")]
    public required DateTimeOffset LoadedAt { get; init; }
}
