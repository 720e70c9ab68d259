using Unroll.Execution;
using Unroll.Losses;

namespace Unroll.Models.Training;

/// <summary>Refuses targets that don't fit the model's output or the loss; each message says what would be right.</summary>
internal static class TargetChecks
{
    private const float Slack = 1e-5f; // scaled values miss 0 and 1 by roundings

    /// <param name="y">The targets of an output.</param>
    /// <param name="output">Shape of the output.</param>
    /// <param name="loss">The output's loss.</param>
    /// <param name="place">Begins the messages of models with several outputs.</param>
    /// <exception cref="ArgumentException">They don't fit.</exception>
    public static void Require(Targets y, OutputShape output, Loss loss, string place)
    {
        if (loss.WrongSize(output.Steps, output.Units, y.SampleSize) is { } wrong)
            throw new ArgumentException($"{place}Each sample has {y.SampleSize} target value(s), but {wrong} {RemedyForSize(y, output, loss)}", nameof(y));
        int at = Finite.IndexOfOther(y.Values);
        if (at >= 0) throw new ArgumentException($"{place}The target of sample {at / y.SampleSize} is {y.Values[at]}; targets must be finite numbers.", nameof(y));
        at = Array.FindIndex(y.Values, value => loss.WrongTarget(value, output.Units) is not null);
        if (at >= 0)
        {
            string remedy = loss.TakesClassIds ? " " + RemedyForClasses(y, output) : "";
            throw new ArgumentException($"{place}The target of sample {at / y.SampleSize} is {y.Values[at]}, but {loss.WrongTarget(y.Values[at], output.Units)}{remedy}", nameof(y));
        }

        RequireRange(y, loss, place);
    }

    private static string RemedyForClasses(Targets y, OutputShape output) =>
        output.Units == 1 ? "For two classes and one output use binary_crossentropy and a sigmoid."
        : y.Values.Min() >= 1 && y.Values.Max() == output.Units ? "Classes count from 0: subtract 1 from the targets."
        : "Make the last layer larger or change the targets.";

    private static void RequireRange(Targets y, Loss loss, string place)
    {
        (float least, float most) = loss.TargetRange;
        if (least == float.MinValue && most == float.MaxValue) return;
        int at = Array.FindIndex(y.Values, value => value < least - Slack || value > most + Slack);
        if (at < 0) return;
        string range = most == float.MaxValue ? $"values of {least} or more" : least == float.MinValue ? $"values of {most} or less" : $"values from {least} to {most}";
        string advice = loss.TargetAdvice.Length > 0 ? " " + loss.TargetAdvice : "";
        throw new ArgumentException($"{place}The target of sample {at / y.SampleSize} is {y.Values[at]}, but {loss.Name} needs {range}.{advice}", nameof(y));
    }

    private static string RemedyForSize(Targets y, OutputShape output, Loss loss) =>
        output is { HasTime: true, Steps: > 1 } && y.SampleSize == (loss.TakesClassIds ? 1 : output.Units)
            ? "For one answer per sample leave out return_sequences=true of the last recurrent layer, or put GlobalMaxPooling1D behind it."
        : loss.TakesClassIds ? "For one-hot rows use categorical_crossentropy."
        : AreClasses(y, output)
            ? $"These are class numbers: use sparse_categorical_crossentropy, or make rows of {output.Units} of them, Categorical.ToCategorical(labels, {output.Units})."
        : "Make the last layer fit the targets.";

    private static bool AreClasses(Targets y, OutputShape output) =>
        output.Units > 1 && y.SampleSize == output.Steps && Array.TrueForAll(y.Values, value => value >= 0 && value < output.Units && value == MathF.Floor(value));
}
