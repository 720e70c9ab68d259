namespace Unroll.Studies.Tests.Analysis;

/// <summary>Results made up for analysis and lint.</summary>
internal static class Made
{
    public static readonly TrialDataset Data = new("IMDB reviews", false, null, 25000, 25000);

    /// <summary>A study with that text in place of the parts, of reviews with a validation split.</summary>
    public static Study Study(string parts, string extra = "", string dataset = "\"padding\": \"pre\"", string training = "\"validation\": { \"split\": 0.2 }", string model = "\"embedding(output_dim=8)\", \"lstm(8)\", \"dense(1, activation=sigmoid)\"") =>
        Studies.Study.Parse($$"""
            {
              "name": "made", {{extra}}
              "dataset": { "name": "imdb", "numWords": 1000, "maxLen": 80, {{dataset}} },
              "training": { "epochs": 4, {{training}} },
              "model": [{{model}}],
              "parts": [{{parts}}],
            }
            """);

    /// <summary>Results of a study: for each cell of its first part the accuracies of its repeats.</summary>
    public static StudyResult Result(Study study, double[][] accuracy, Func<TrialResult, TrialResult>? change = null)
    {
        StudyPart part = study.Parts[0];
        CellResult[] cells = [.. part.Cells.Select((cell, c) => new CellResult(cell, [.. accuracy[c].Select((value, repeat) => Trial(cell, repeat, value, change))]))];
        return new StudyResult
        {
            Study = study,
            Parts = [new PartResult(part, cells)],
            Environment = new RunEnvironment("1", "net", "here", 2, 1, accuracy[0].Length, study.Seed, DateTimeOffset.UnixEpoch, 1),
        };
    }

    private static TrialResult Trial(StudyCell cell, int repeat, double accuracy, Func<TrialResult, TrialResult>? change)
    {
        var result = new TrialResult
        {
            Trial = new Trial(cell, repeat, 1 + repeat),
            State = double.IsNaN(accuracy) ? TrialState.Failed : TrialState.Complete,
            Error = double.IsNaN(accuracy) ? "diverged" : null,
            Dataset = Data,
            Parameters = 1000 + 10 * cell.Label.Length,
            TestAccuracy = accuracy,
            TestLoss = 0.4,
            Epochs = Epochs([0.5, 0.42, 0.4, 0.399], [0.5, 0.45, 0.44, 0.441], accuracy + 0.001),
        };
        return change?.Invoke(result) ?? result;
    }

    public static EpochResult[] Epochs(double[] loss, double[] validation, double accuracy = 0.8) =>
    [
        .. loss.Select((value, epoch) => new EpochResult(epoch, 2, 0.1, new Dictionary<string, double>
        {
            ["loss"] = value, ["accuracy"] = 0.8, ["val_loss"] = validation[epoch], ["val_accuracy"] = accuracy,
        })),
    ];
}
