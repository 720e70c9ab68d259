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
        int perSample = y.SampleSize;
        if (perSample != (loss.TakesClassIds ? output.Steps : output.Size)) throw WrongSize(y, output, loss, place);
        int at = Finite.IndexOfOther(y.Values);
        if (at >= 0) throw Wrong(y, at, place, "targets must be finite numbers.");
        if (loss.TakesClassIds) RequireClasses(y, output, place);
        else RequireRange(y, loss, place);
    }

    private static void RequireClasses(Targets y, OutputShape output, string place)
    {
        int at = Array.FindIndex(y.Values, value => value < 0 || value >= output.Units || value != MathF.Floor(value));
        if (at < 0) return;
        string remedy = output.Units == 1 ? "For two classes and one output use binary_crossentropy and a sigmoid."
            : y.Values.Min() >= 1 && y.Values.Max() == output.Units ? "Classes count from 0: subtract 1 from the targets."
            : "Make the last layer larger or change the targets.";
        throw new ArgumentException(
            $"{place}The target of sample {at / y.SampleSize} is {y.Values[at]}, but the model's {output.Units} outputs stand for the classes 0 … {output.Units - 1}. {remedy}", nameof(y));
    }

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

    private static ArgumentException WrongSize(Targets y, OutputShape output, Loss loss, string place)
    {
        int perSample = y.SampleSize;
        string steps = output.HasTime ? $" ({output.Steps} steps of {output.Units})" : "";
        string found = $"{place}Each sample has {perSample} target value(s), but ";
        bool isForOneStep = output is { HasTime: true, Steps: > 1 } && perSample == (loss.TakesClassIds ? 1 : output.Units);
        string message = loss.TakesClassIds
            ? $"{found}{loss.Name} needs {output.Steps}: the number of the right class for each answer of the model{steps}."
            : $"{found}the model's output has {output.Size}{steps}.";
        string remedy = isForOneStep
            ? "For one answer per sample leave out return_sequences=true of the last recurrent layer, or put GlobalMaxPooling1D behind it."
            : loss.TakesClassIds ? "For one-hot rows use categorical_crossentropy."
            : AreClasses(y, output)
                ? $"These are class numbers: use sparse_categorical_crossentropy, or make rows of {output.Units} of them, Categorical.ToCategorical(labels, {output.Units})."
            : "Make the last layer fit the targets.";
        return new ArgumentException($"{message} {remedy}", nameof(y));
    }

    private static bool AreClasses(Targets y, OutputShape output) =>
        output.Units > 1 && y.SampleSize == output.Steps && Array.TrueForAll(y.Values, value => value >= 0 && value < output.Units && value == MathF.Floor(value));

    private static ArgumentException Wrong(Targets y, int at, string place, string right) =>
        new($"{place}The target of sample {at / y.SampleSize} is {y.Values[at]}; {right}", nameof(y));
}
