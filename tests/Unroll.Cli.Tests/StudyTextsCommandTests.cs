using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Studies on texts of one's own, by commands.</summary>
public sealed class StudyTextsCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-study-texts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Check_run_resume()
    {
        File.WriteAllText(InFolder("m.csv"), "message,topic\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{(i % 2 == 0 ? "pay the bill" : "lost my password")} {i},{(i % 2 == 0 ? "billing" : "login")}\n")));
        string study = Study("topic"), folder = InFolder("out");
        CliResult check = CliTest.Run("study", "check", study);
        Assert.Equal((0, ""), (check.ExitCode, check.Error));
        Assert.Equal(0, CliTest.Run("study", "plan", study).ExitCode);
        CliResult run = CliTest.Run("study", "run", study, "--jobs", "1", "--out", folder);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("loading m.csv: 40 words, length 6", run.Out, StringComparison.Ordinal);
        File.Delete(study); // the store has all that it takes
        Assert.Equal(0, CliTest.Run("study", "resume", folder).ExitCode);
        Assert.Equal(0, CliTest.Run("study", "report", folder).ExitCode);

        Refused("has texts of its own, which synthetic can't stand in for", "study", "run", Study("topic"), "--dataset", "synthetic", "--out", InFolder("other"));
        Refused("has texts of its own, which auto can't stand in for", "study", "run", Study("topic"), "--dataset", "auto", "--out", InFolder("other"));
        foreach (string command in new[] { "check", "plan" }) Refused("has no column 'kind'. Its columns are: message, topic", "study", command, Study("kind"));
        File.AppendAllText(InFolder("m.csv"), "a new one,billing\n");
        Refused("on other data (m.csv, which has changed since)", "study", "resume", folder);
    }

    private static void Refused(string message, params string[] args)
    {
        CliResult result = CliTest.Run(args);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    private string Study(string label)
    {
        string path = InFolder("study.json");
        File.WriteAllText(path, $$"""
            {
              "name": "own",
              "dataset": { "path": "m.csv", "text": "message", "label": "{{label}}", "numWords": 40, "maxLen": 6 },
              "training": { "optimizer": "adam", "batchSize": 16, "epochs": 1 },
              "model": ["embedding(output_dim=2)", "simple_rnn(2)", "dense(1, activation=sigmoid)"],
              "parts": [{ "name": "units", "axes": [{ "path": "model[1].units", "values": [1, 2] }] }],
            }
            """);
        return path;
    }

    private string InFolder(string name) => Path.Combine(_folder, name);
}
