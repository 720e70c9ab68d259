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
        Refused("can't be exported to ONNX", "convert", model, InFolder("m.onnx"));
    }

    [Fact]
    public void Several_labels_per_text()
    {
        string csv = Write("tickets.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 120).Select(i =>
            $"my {(i % 2 == 0 ? "invoice" : "password")} is wrong{(i % 3 == 0 ? " mend it today" : "")} {i},{(i % 2 == 0 ? "billing" : "login")}{(i % 3 == 0 ? ";urgent" : "")}\n")));
        string model = InFolder("several.keras"), json = InFolder("several.json");
        CliResult trained = CliTest.Run(
            "train", csv, "--label-separator", ";", "--model", "embedding(8, mask_zero=true), global_average_pooling1d, dense(3, activation=sigmoid)", "--learning-rate", "0.05",
            "--epochs", "20", "--verbose", "0", "--save", model, "--json", json);
        Assert.Equal((0, ""), (trained.ExitCode, trained.Error));
        Assert.Contains("all labels right on 24 test texts", trained.Out, StringComparison.Ordinal);
        Assert.InRange(JsonDocument.Parse(File.ReadAllText(json)).RootElement.GetProperty("f1_micro").GetDouble(), 0.9, 1);
        Assert.Contains("labels, of which a text can have several, separated by ';': billing, login, urgent", CliTest.Run("summary", model).Out, StringComparison.Ordinal);
        Assert.Contains("all labels right on 120 test texts", CliTest.Run("evaluate", model, csv).Out, StringComparison.Ordinal);
        Assert.Matches(@"^1\tbilling;urgent\t[01]\.\d{4};[01]\.\d{4}\r?\n2\t\w+\t", CliTest.Run("predict", model, "my invoice is wrong mend it today", "password").Out);
        Assert.Matches(@"\t(billing|urgent): \S+\(", CliTest.Run("predict", model, "my invoice is wrong mend it today", "--explain").Out);
        JsonElement row = JsonDocument.Parse(CliTest.Run("predict", model, "my password is wrong", "--json").Out).RootElement;
        Assert.Equal(["login"], row.GetProperty("labels").EnumerateArray().Select(label => label.GetString()));
        Refused("--label-separator is '||'; it must be one sign, or tab", "train", csv, "--label-separator", "||");
        Refused("--label-separator is for a file of texts of your own", "train", "--label-separator", "|");
    }

    [Fact]
    public void What_makes_no_sense_is_refused_before_training()
    {
        string csv = Write("mail.csv", Mail());
        Refused("has no column 'text'. Its columns are: mail, kind", "train", csv);
        foreach ((string between, string sign) in ((string, string)[])[(";", ";"), ("\t", "tab"), ("|", "|")])
        {
            string other = Write("other.csv", $"mail{between}kind\nx{between}y\n");
            Refused($"It was read as one column; the sign between two is probably '{sign}': --separator \"{sign}\"", "train", other, "--text", "mail", "--label", "kind");
            Refused("The texts can't be trained on", "train", other, "--text", "mail", "--label", "kind", "--separator", sign);
        }

        File.WriteAllBytes(InFolder("latin.csv"), [.. "text,label\ngood,a\ncaf"u8, 0xE9, .. ",b\n"u8]);
        Refused("line 3: the byte 0xE9 at offset 21 is not UTF-8. If the file is in another encoding, say so: --encoding latin1", "train", InFolder("latin.csv"));
        Refused("unexpected 'nothing.csv'; there is no such file of texts", "train", "nothing.csv");
        Refused("--padding is for reviews", "train", csv, "--padding", "post");
        Refused("--label is for a file of texts of your own", "train", "--label", "kind");
        Refused("--test is for a file of texts of your own", "train", "--test", csv);
        Refused("--separator is ';;'", "train", csv, "--separator", ";;");
        Refused("--test-share is '1'; it must be above 0 and below 1", "train", csv, "--test-share", "1");
        Refused("it must be 3 probabilities", "train", csv, "--text", "mail", "--label", "kind", "--model", "embedding(2), gru(2)");
        Refused("does not say what its classes are called", "predict", Bare(), "x", "--explain");
    }

    [Fact]
    public void What_is_wrong_with_the_texts_is_told_by_its_line()
    {
        string rows = string.Concat(Enumerable.Range(0, 30).Select(i => $"nice film {i};pos\n")) + string.Concat(Enumerable.Range(0, 5).Select(i => $"bad film {i};neg\n"));
        string csv = Write("messy.csv", "\uFEFFtext;label\n\"a good\nfilm, two lines\";pos\n   ;pos\na film;pos\na film;pos\na film;neg\nfÃ¼r alle;pos\nno label here;\nfine;Pos\ngood;Pos\nwell;Pos\n" + rows);
        CliResult result = CliTest.Run("train", csv, "--separator", ";", "--epochs", "1", "--verbose", "0", "--max-len", "4", "--model", "embedding(2), gru(2), dense(3, activation=softmax)");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        string[] notes =
        [
            "blank texts, left out: 1 (line 4).", "texts without a label, left out: 1 (line 9).", "texts that came before with the same label: 1 (line 6).",
            "no model can be right about all: 1 (lines 5, 7).", "the labels 'pos' and 'Pos' differ in case", "the largest class, 'pos', has",
            "read in a wrong encoding (U+FFFD, Ã¼, â€): 1 (line 8).", "words of a text that are read cut", "of their words are unknown",
        ];
        Assert.All(notes, note => Assert.Contains(note, result.Out, StringComparison.Ordinal));
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
