using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Unroll.Configuration;
using Unroll.Studies.Analysis;

namespace Unroll.Studies.Lint;

/// <summary>Rules that need the study alone.</summary>
internal static partial class DesignRules
{
    public static IEnumerable<LintMessage> Check(Study study, StudyPart part, int repeats) =>
    [
        .. ValidatesOnTest(part), .. LabelContradictsModel(part), .. DiffersBesidesAxis(study, part), .. PaddedWithoutMask(part),
        .. WithoutEffect(part), .. OneRepeat(part, repeats), .. EpochChosenOnTest(part), .. TooFewRepeats(part, repeats),
        .. ChosenAndReportedOnTest(part), .. NothingToCompare(part),
    ];

    private static IEnumerable<LintMessage> ValidatesOnTest(StudyPart part)
    {
        if (part.Cells.Any(cell => cell.Design.Training.Validation == ValidationKind.Test))
        {
            yield return new("U001", part.Name, "Every epoch is validated on the test set.", "training.validation is \"test\".",
                "Write \"validation\": { \"split\": 0.2 }; a choice made by these curves is a choice made on test data.");
        }
    }

    // "2 layer" in a label, or quoted in a note, beside a model of three.
    private static IEnumerable<LintMessage> LabelContradictsModel(StudyPart part)
    {
        var evidence = new List<string>();
        foreach (StudyCell cell in part.Cells)
        {
            ObjectConfig[] recurrent = [.. cell.Design.Model.Where(LayerFacts.IsRecurrent).Select(LayerFacts.Inner)];
            if (recurrent.Length == 0) continue;
            foreach (string text in Quoted().Matches(cell.Note).Select(match => match.Groups[1].Value).Prepend(cell.Label))
            {
                if (Layers().Match(text) is { Success: true } layers && Whole(layers) != recurrent.Length)
                    evidence.Add($"“{text}” has {recurrent.Length} recurrent {(recurrent.Length == 1 ? "layer" : "layers")}");
                if (Units().Match(text) is { Success: true } units && recurrent.All(layer => LayerFacts.Number(layer, "units") != Whole(units)))
                    evidence.Add($"“{text}” has {string.Join(", ", recurrent.Select(layer => LayerFacts.Number(layer, "units")).Distinct())} units");
            }
        }

        if (evidence.Count > 0)
            yield return new("U003", part.Name, "A label contradicts its model.", $"{string.Join("; ", evidence)}.", "Name the cell after what it is.");
    }

    private static IEnumerable<LintMessage> DiffersBesidesAxis(Study study, StudyPart part)
    {
        if (part.Cells.Count < 2) yield break;
        var evidence = new List<string>();
        foreach (string option in study.Options)
        {
            string[] values = [.. part.Cells.Select(cell => cell.Values.GetValueOrDefault(option, "")).Distinct()];
            string standard = study.BaseValues.GetValueOrDefault(option, "");
            // What part of a value varies is the axis, also when a whole layer is exchanged.
            if (values.Length != 1 || values[0] == standard || part.Axes.Any(axis => Overlaps(axis.Path, option))) continue;
            evidence.Add($"{option} is {(values[0].Length == 0 ? "not set" : values[0])}, in the base design {(standard.Length == 0 ? "not set" : standard)}");
        }

        if (evidence.Count > 0)
        {
            yield return new("U004", part.Name, "The part differs from the base design in something that is not its axis.", $"{string.Join("; ", evidence)}.",
                "Compare its cells with each other, not with those of other parts; or change the base design.");
        }
    }

    private static bool Overlaps(string path, string other) =>
        path == other || path.StartsWith(other + ".", StringComparison.Ordinal) || other.StartsWith(path + ".", StringComparison.Ordinal)
        || path.StartsWith(other + "[", StringComparison.Ordinal) || other.StartsWith(path + "[", StringComparison.Ordinal);

    private static IEnumerable<LintMessage> PaddedWithoutMask(StudyPart part)
    {
        static bool Runs(ObjectConfig layer) =>
            LayerFacts.IsRecurrent(layer) && !LayerFacts.IsTrue(LayerFacts.Inner(layer), "return_sequences") && !LayerFacts.IsTrue(LayerFacts.Inner(layer), "go_backwards");
        bool found = part.Cells.Any(cell => cell.Design.Dataset.Padding == "post" && cell.Design.Model.Any(Runs)
            && !cell.Design.Model.Any(layer => LayerFacts.IsTrue(layer, "mask_zero") || NameMatching.Comparer.Equals(layer.Type, "Masking")));
        if (found)
        {
            yield return new("U005", part.Name, "Short reviews are padded after their last word, nothing masks the zeros, and the recurrent layer returns its last step.",
                "dataset.padding is \"post\", no embedding has mask_zero.", "Pad in front (\"pre\"), or give the embedding mask_zero=true.");
        }
    }

    private static IEnumerable<LintMessage> WithoutEffect(StudyPart part)
    {
        var evidence = new List<string>();
        foreach (StudyCell cell in part.Cells)
        {
            foreach (ObjectConfig layer in cell.Design.Model.Where(LayerFacts.IsRecurrent).Select(LayerFacts.Inner))
            {
                foreach (string rate in (string[])["dropout", "recurrent_dropout"])
                    if (LayerFacts.Number(layer, rate) is >= 1) evidence.Add($"{rate} of 1 in {layer.Type} drops nothing ({cell.Label})");
                if (NameMatching.Normalize(layer.Type) == "simplernn" && LayerFacts.Argument(layer, "activity_regularizer") is { } regularizer && regularizer.GetValueKind() != JsonValueKind.Null)
                    evidence.Add($"Keras ignores the activity_regularizer of SimpleRNN ({cell.Label})");
            }

            if (cell.Design.Training.Validation == ValidationKind.None)
            {
                foreach (ObjectConfig callback in cell.Design.Training.Callbacks.Where(WatchesValidation))
                    evidence.Add($"{callback.Type} watches validation, and there is none ({cell.Label})");
            }
        }

        if (evidence.Count > 0)
            yield return new("U006", part.Name, "An option has no effect.", $"{string.Join("; ", evidence.Distinct())}.", "Leave it out, or use a rate below 1.");
    }

    private static IEnumerable<LintMessage> OneRepeat(StudyPart part, int repeats)
    {
        if (repeats == 1 && part.Cells.Count > 1)
        {
            yield return new("U007", part.Name, "With one repeat, differences can't be judged.", "repeats is 1.",
                "Use --repeats 5 or more; “unroll study plan” says how many the question needs.");
        }
    }

    private static IEnumerable<LintMessage> EpochChosenOnTest(StudyPart part)
    {
        string[] names = [.. part.Cells.Where(cell => cell.Design.Training.Validation == ValidationKind.Test)
            .SelectMany(cell => cell.Design.Training.Callbacks).Where(WatchesValidation).Select(callback => callback.Type).Distinct()];
        if (names.Length > 0)
        {
            yield return new("U008", part.Name, "The best epoch is chosen on the test set.", $"{string.Join(", ", names)} watches validation, which is the test set.",
                "Set training data aside: \"validation\": { \"split\": 0.2 }.");
        }
    }

    private static IEnumerable<LintMessage> TooFewRepeats(StudyPart part, int repeats)
    {
        int others = part.Axes is [{ IsOrdered: true }] && part.Cells.Count > 2 ? 1 : part.Cells.Count - 1;
        double least = others * PairedTest.LeastSignFlip(repeats);
        if (repeats > 1 && others > 0 && least > 0.05)
        {
            yield return new("U014", part.Name, "An exact test cannot reach significance with so few repeats.",
                $"With n = {repeats}{(others > 1 ? $" and {others} comparisons" : "")} its least p is {Words.Number(Math.Min(1, least), 2)}; what verdicts there are rest on normal differences, and a difference is found in 4 of 5 studies from {Words.Number(Power.DetectableDifference(repeats), 2)} standard deviations on.",
                "Use more repeats.");
        }
    }

    private static IEnumerable<LintMessage> ChosenAndReportedOnTest(StudyPart part)
    {
        if (part.Cells.Count > 1 && !PartRanking.IsByValidation(part))
        {
            yield return new("U016", part.Name, "The best cell is chosen and reported on the same test set.", "No training data are set aside for validation.",
                "Its accuracy is too good by what chance added; write \"validation\": { \"split\": 0.2 }.");
        }
    }

    private static IEnumerable<LintMessage> NothingToCompare(StudyPart part)
    {
        if (part.Cells.Count == 1 && Comparison().Match($"{part.Question} {(part.Question.Length == 0 ? part.Title : "")}") is { Success: true } word)
        {
            yield return new("U018", part.Name, "The part asks for a comparison and has one cell.", $"Its question says “{word.Value.Trim()}”.",
                "Add the cell that it is to be compared with, and name it as reference.");
        }
    }

    /// <summary>True if the callback goes by a value of the validation, as most do unless told otherwise.</summary>
    private static bool WatchesValidation(ObjectConfig callback)
    {
        if (NameMatching.Normalize(callback.Type) is not ("earlystopping" or "modelcheckpoint" or "reducelronplateau")) return false;
        JsonNode? monitor = callback.Named.FirstOrDefault(pair => NameMatching.Comparer.Equals(pair.Key, "monitor")).Value ?? (callback.Positional.Count > 0 ? callback.Positional[0] : null);
        return monitor is not JsonValue value || value.GetValueKind() != JsonValueKind.String || value.GetValue<string>().StartsWith("val_", StringComparison.Ordinal);
    }

    private static int Whole(Match match) => int.Parse(match.Groups[1].Value.Length > 0 ? match.Groups[1].Value : match.Groups[2].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("[“\"]([^”\"]+)[”\"]")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b(\d+)[\s-]*(?:\w+\s)?layers?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Layers();

    [GeneratedRegex(@"\b(\d+)[\s-]*units?\b|\bunits?\s+(\d+)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Units();

    [GeneratedRegex(@"\b(help|helps|better|best|less|more|fewer|than|or|versus|which|how many|how much|how wide|how long|improve|improves|in place of|change|changes|matter|matters|need|needs)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Comparison();
}
