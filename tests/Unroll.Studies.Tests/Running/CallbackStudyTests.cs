using System.Text.Json.Nodes;
using Xunit;

namespace Unroll.Studies.Tests.Running;

public sealed class CallbackStudyTests
{
    /// <summary>Nothing gets better by 10: the second epoch is the last, the third with one epoch more of patience.</summary>
    [Fact]
    public void Every_trial_has_callbacks_of_its_own()
    {
        Study study = Documents.Study("""
            {
              "name": "stopped", "title": "Stopped", "question": "When?",
              "dataset": { "name": "synthetic", "numWords": 50, "maxLen": 4 },
              "training": { "epochs": 5, "batchSize": 1000, "callbacks": ["early_stopping(loss, min_delta=10, patience=1)"] },
              "model": ["embedding(2)", "simple_rnn(2)", "dense(1, activation=sigmoid)"],
              "repeats": 2,
              "parts": [{ "name": "patience", "axes": [{ "path": "training.callbacks[0].patience", "values": [1, 2] }] }],
            }
            """);
        string folder = Directory.CreateTempSubdirectory("unroll-study-").FullName;
        try
        {
            StudyResult result = StudyRunner.Run(study, new RunOptions { OutputFolder = folder, Jobs = 1 });
            Assert.Equal([2, 2, 3, 3], result.Trials.Select(trial => trial.Epochs.Count));
            Assert.All(result.Trials, trial => Assert.Equal(trial.TestAccuracy, trial.Correct!.Share, 6));
            JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "results.json")))!;
            Assert.Contains("\"patience\":2", json.ToJsonString(), StringComparison.Ordinal);
            string page = File.ReadAllText(Path.Combine(folder, "report.html"));
            Assert.Contains("5 epochs, not validated, early_stopping(", page, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
