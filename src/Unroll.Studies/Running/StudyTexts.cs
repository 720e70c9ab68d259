using Unroll.Studies.Analysis;

namespace Unroll.Studies;

/// <summary>Studies on texts of one's own, looked through before anything is trained.</summary>
public static class StudyTexts
{
    /// <summary>
    /// Reads the files of texts that a study names: are they there, have they the columns, can they be trained on, and has every
    /// design an output for each class?
    /// </summary>
    /// <param name="study">Any study; without texts of one's own there is nothing to do.</param>
    /// <exception cref="ArgumentException">There is no such column, the texts can't be trained on, or outputs don't fit the classes.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; the message names the line.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static void Check(Study study)
    {
        ArgumentNullException.ThrowIfNull(study);
        foreach (IGrouping<TextsDesign?, StudyCell> cells in study.Parts.SelectMany(part => part.Cells).GroupBy(cell => cell.Design.Dataset.Texts))
        {
            if (cells.Key is not { } texts) continue;
            IReadOnlyList<string> labels = OwnTexts.Read(texts).Labels;
            foreach (StudyCell cell in cells) RequireOutputs(cell, labels);
        }
    }

    /// <summary>True if a cell of the study has texts of one's own, which no other data set can stand in for.</summary>
    internal static bool IsOn(Study study) => study.Parts.SelectMany(part => part.Cells).Any(cell => cell.Design.Dataset.Texts is not null);

    /// <summary>Refuses a model that has not as many outputs as there are classes.</summary>
    internal static void RequireOutputs(StudyCell cell, IReadOnlyList<string> labels)
    {
        StudyDesign design = cell.Design;
        if (LayerFacts.Number(design.Model[^1], "units") is not { } units) return; // a layer that Fit will look at
        string? wrong = design.Training.Loss switch
        {
            "binary_crossentropy" when labels.Count != 2 => $"binary_crossentropy is for two classes; \"loss\": \"sparse_categorical_crossentropy\" and dense({labels.Count}, activation=softmax) are for these",
            "binary_crossentropy" when units != 1 => "with binary_crossentropy it must have one output: dense(1, activation=sigmoid)",
            "sparse_categorical_crossentropy" when units != labels.Count => $"it must have an output for each: dense({labels.Count}, activation=softmax)",
            "categorical_crossentropy" => "labels are numbers of classes: \"loss\": \"sparse_categorical_crossentropy\"",
            _ => null,
        };
        if (wrong is null) return;
        string classes = $"{labels.Count} classes ({string.Join(", ", labels.Take(10))}{(labels.Count > 10 ? ", …" : "")})";
        throw new ArgumentException($"{cell.Part} / {cell.Label}: {design.Dataset.Name} has {classes}, and the model ends in {design.Model[^1]} with the loss {design.Training.Loss}: {wrong}.");
    }
}
