using System.Text.Json;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>The way from a file of texts to labels of new ones, by commands alone.</summary>
public sealed class TextClassifierCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll-texts-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Train_evaluate_predict()
    {
        string csv = Write("mail.csv", Mail()), model = InFolder("m.keras"), json = InFolder("r.json");
        CliResult trained = CliTest.Run(
            "train", csv, "--text", "mail", "--label", "kind", "--epochs", "8", "--batch-size", "8", "--model", "embedding(8, mask_zero=true), gru(8), dense(3, activation=softmax)",
            "--optimizer", "adam(learning_rate=0.02)", "--verbose", "0", "--save", model, "--json", json);
        Assert.Equal((0, ""), (trained.ExitCode, trained.Error));
        Assert.Contains("150 texts, 3 classes: bill 33.3 %, party 33.3 %, spam 33.3 %", trained.Out, StringComparison.Ordinal);
        Assert.Contains("bag of words, logistic regression", trained.Out, StringComparison.Ordinal);
        Assert.Contains($"saved: {model}", trained.Out, StringComparison.Ordinal);
        JsonElement report = JsonDocument.Parse(File.ReadAllText(json)).RootElement;
        Assert.Equal(3, report.GetProperty("classes").GetArrayLength());
        Assert.InRange(report.GetProperty("accuracy").GetDouble(), 0.9, 1);

        Assert.Contains("classes: bill, party, spam", CliTest.Run("summary", model).Out, StringComparison.Ordinal);
        CliResult tested = CliTest.Run("evaluate", model, csv, "--text", "mail", "--label", "kind");
        Assert.Equal((0, ""), (tested.ExitCode, tested.Error));
        Assert.Contains("accuracy on 150 test texts", tested.Out, StringComparison.Ordinal);

        string texts = Write("new.txt", "pay the invoice\n\ncake and music\n");
        CliResult predicted = CliTest.Run("predict", model, "--file", texts);
        Assert.Equal((0, ""), (predicted.ExitCode, predicted.Error));
        string[] lines = predicted.Out.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Matches(@"^1\tbill\t0\.\d{4}$", lines[0]);
        Assert.Matches(@"^2\t(bill|party|spam)\t0\.\d{4}$", lines[1]);
        Assert.Matches(@"^3\tparty\t[01]\.\d{4}$", lines[2]);
        Assert.Matches(@"invoice\(\+\d", CliTest.Run("predict", model, "pay the invoice", "--explain").Out);

        JsonElement row = JsonDocument.Parse(CliTest.Run("predict", model, "pay the invoice", "--explain", "--json").Out).RootElement;
        Assert.Equal(3, row.GetProperty("probabilities").EnumerateObject().Count());
        double sum = row.GetProperty("words").EnumerateArray().Sum(word => word.GetProperty("contribution").GetDouble());
        Assert.Equal(row.GetProperty("score").GetDouble() - row.GetProperty("base_score").GetDouble(), sum, 1e-9);

        Refused("option '--jsn' is unknown; did you mean '--json'?", "predict", model, "pay", "--jsn");
        Assert.Equal(0, CliTest.Run("predict", model, "--", "--jsn").ExitCode);
        Refused("the label 'ham' is none of the classes bill, party, spam", "evaluate", model, Write("other.csv", "text,label\nx,ham\n"));
        Refused("the model has words of its own, not those of reviews", "evaluate", model, "--dataset", "synthetic");
        Refused("knows not a single word of these texts", "evaluate", model, Write("foreign.csv", "text,label\nrechnung bitte,bill\n"));
        CliResult half = CliTest.Run("evaluate", model, Write("half.csv", "text,label\npay bitte sofort,bill\n"));
        Assert.Equal(0, half.ExitCode);
        Assert.Contains("67 % of the words of", half.Error, StringComparison.Ordinal);
        Refused("begins with a vocabulary of its own", "predict", model, "a", "--vocabulary", csv);
        Refused("does not say what its classes are called", "evaluate", Bare(), csv, "--text", "mail", "--label", "kind");
        Refused("--dataset is for reviews", "evaluate", model, csv, "--dataset", "synthetic");
        Refused("--text is for a file of texts of your own", "evaluate", model, "--text", "mail");
    }

    [Fact]
    public void What_makes_no_sense_is_refused_before_training()
    {
        string csv = Write("mail.csv", Mail());
        Refused("has no column 'text'. Its columns are: mail, kind", "train", csv);
        Refused("unexpected 'nothing.csv'; there is no such file of texts", "train", "nothing.csv");
        Refused("--padding is for reviews", "train", csv, "--padding", "post");
        Refused("--label is for a file of texts of your own", "train", "--label", "kind");
        Refused("--test is for a file of texts of your own", "train", "--test", csv);
        Refused("--separator is ';;'", "train", csv, "--separator", ";;");
        Refused("--test-share is '1'; it must be above 0 and below 1", "train", csv, "--test-share", "1");
        Refused("it must be 3 probabilities", "train", csv, "--text", "mail", "--label", "kind", "--model", "embedding(2), gru(2)");
        Refused("does not say what its classes are called", "predict", Bare(), "x", "--explain");
    }

    private string Bare()
    {
        var model = new Sequential { new Layers.Embedding(4, 2), new Layers.GRU(2), new Layers.Dense(1, "sigmoid") };
        model.Build(3);
        model.Save(InFolder("bare.keras"));
        return InFolder("bare.keras");
    }

    private static string Mail()
    {
        string[][] own = [["invoice", "pay", "due"], ["cake", "music", "friday"], ["winner", "prize", "click"]];
        string[] kinds = ["bill", "party", "spam"], common = ["the", "please", "today", "for", "you"];
        IEnumerable<string> rows = Enumerable.Range(0, 150).Select(i =>
            $"\"{common[i % 5]} {own[i % 3][i / 3 % 3]} {common[i / 2 % 5]} {own[i % 3][i / 9 % 3]}, {common[i / 7 % 5]} {i}\",{kinds[i % 3]}");
        return "mail,kind\n" + string.Join('\n', rows) + "\n";
    }

    private static void Refused(string message, params string[] args)
    {
        CliResult result = CliTest.Run(args);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    private string InFolder(string name) => Path.Combine(_folder.FullName, name);

    private string Write(string name, string content)
    {
        File.WriteAllText(InFolder(name), content);
        return InFolder(name);
    }
}
