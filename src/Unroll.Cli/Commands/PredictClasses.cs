using System.Globalization;
using System.Text;
using System.Text.Json;
using Unroll.Classification;

namespace Unroll.Cli.Commands;

/// <summary><c>unroll predict</c> for models that know what their classes are called: number, class and probability of each text.</summary>
internal static class PredictClasses
{
    private const int ShownWords = 10;

    /// <exception cref="InvalidDataException">The model's outputs are no probabilities.</exception>
    public static void Write(string path, TextClassifier classifier, string[] texts, bool asJson, bool explains, TextWriter output)
    {
        try
        {
            IReadOnlyList<TextPrediction> predictions = classifier.Predict(texts);
            for (int i = 0; i < texts.Length; i++)
            {
                TextExplanation? explanation = explains ? classifier.Explain(texts[i], predictions[i].Label) : null;
                output.WriteLine(asJson ? Json(i + 1, texts[i], predictions[i], classifier.HasSeveralLabels, explanation) : Line(i + 1, predictions[i], classifier.Model.LabelSeparator, explanation));
            }
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Of several labels all that the text has, and their probabilities; of none two empty fields.</summary>
    private static string Line(int number, TextPrediction prediction, char? separator, TextExplanation? explanation)
    {
        string line = separator is { } sign
            ? $"{number}\t{string.Join(sign, prediction.Labels)}\t{string.Join(sign, prediction.Probabilities.Where(entry => prediction.Labels.Contains(entry.Key)).Select(entry => entry.Value.ToString("F4", CultureInfo.InvariantCulture)))}"
            : string.Create(CultureInfo.InvariantCulture, $"{number}\t{prediction.Label}\t{prediction.Probability:F4}");
        if (explanation is null) return line;
        IEnumerable<WordContribution> first = explanation.Words.Where(word => word.IsRead).OrderByDescending(word => Math.Abs(word.Contribution)).Take(ShownWords);
        string explained = separator is null ? "" : explanation.Label + ": ";
        return line + "\t" + explained + string.Join(' ', first.Select(word => string.Create(CultureInfo.InvariantCulture, $"{word.Text}{word.Contribution:(+0.00);(-0.00);(0.00)}")));
    }

    private static string Json(int number, string text, TextPrediction prediction, bool hasSeveral, TextExplanation? explanation)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("line", number);
            json.WriteString("text", text);
            json.WriteString("label", prediction.Label);
            json.WriteNumber("probability", prediction.Probability);
            if (hasSeveral)
            {
                json.WriteStartArray("labels");
                foreach (string label in prediction.Labels) json.WriteStringValue(label);
                json.WriteEndArray();
            }

            json.WriteStartObject("probabilities");
            foreach ((string label, float probability) in prediction.Probabilities) json.WriteNumber(label, probability);
            json.WriteEndObject();
            if (explanation is not null) WriteExplanation(json, explanation);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteExplanation(Utf8JsonWriter json, TextExplanation explanation)
    {
        json.WriteNumber("score", explanation.Score);
        json.WriteNumber("base_score", explanation.BaseScore);
        json.WriteStartArray("words");
        foreach (WordContribution word in explanation.Words)
        {
            json.WriteStartObject();
            json.WriteString("text", word.Text);
            json.WriteNumber("start", word.Start);
            json.WriteNumber("contribution", word.Contribution);
            json.WriteBoolean("known", word.IsKnown);
            json.WriteBoolean("read", word.IsRead);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
