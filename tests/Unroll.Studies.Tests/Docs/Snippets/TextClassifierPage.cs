using Unroll.Classification;
using Unroll.Layers;
using Unroll.Text;
using Xunit;

namespace ReaderCode;

public sealed class TextClassifierPage : IDisposable
{
    [Fact]
    public void From_a_file_to_an_answer()
    {
        WriteTickets("tickets.csv", 60);
        WriteTickets("tickets-test.csv", 12);
        string printed = Printed.By(() =>
        {
            TextClassifier classifier = TextClassifier.Train("tickets.csv", text: "message", label: "topic");
            Console.WriteLine(classifier.Report);
            classifier.Save("tickets.keras");

            TextClassifier loaded = TextClassifier.Load("tickets.keras");
            TextPrediction answer = loaded.Predict("The invoice is wrong.");
            Console.WriteLine($"{answer.Label} {answer.Probability:P0}");
            Console.WriteLine(loaded.Explain("The invoice is wrong."));
            Console.WriteLine(loaded.Evaluate("tickets-test.csv", text: "message", label: "topic").Accuracy);
        });
        Assert.Contains("bag of words, logistic regression", printed, StringComparison.Ordinal);
        Assert.Contains("of the empty text", printed, StringComparison.Ordinal);

        Printed.By(() =>
        {
            var options = new TextClassifierOptions
            {
                Test = "tickets-test.csv",                                // instead of a share kept back
                MaxWords = 10_000,
                MaxLength = 200,
                Layers = (words, classes) => [new Embedding(words, 64) { MaskZero = true }, new GRU(32), new Dense(classes, "softmax")],
                Optimizer = () => "adam(learning_rate=0.002)",
                Epochs = 10,
                Patience = 3,
                ClassWeights = ClassWeighting.None,
                Seed = 1,
                Verbose = 2,
            };
            TextClassifier classifier = TextClassifier.Train("tickets.csv", text: "message", label: "topic", options);
            Console.Write(classifier.Model.Summary());
        });

        WriteTopics("tickets.csv");
        string topics = Printed.By(() =>
        {
            TextClassifier classifier = TextClassifier.Train("tickets.csv", text: "message", label: "topics", new TextClassifierOptions { LabelSeparator = '|' });
            Console.WriteLine(classifier.Report);

            TextPrediction answer = classifier.Predict("The invoice is wrong, mend it today!");
            Console.WriteLine(string.Join(", ", answer.Labels));          // those above one half, maybe none
            foreach ((string label, float probability) in answer.Probabilities) Console.WriteLine($"{label} {probability:P0}");
            Console.WriteLine(classifier.Explain("The invoice is wrong, mend it today!", "urgent"));
        });
        Assert.Contains("samples avg", topics, StringComparison.Ordinal);
        Assert.Contains("urgent: score", topics, StringComparison.Ordinal);

        WriteTickets("tickets.csv", 60);
        string check = Printed.By(() =>
        {
            LabeledTexts tickets = TextFile.Read("tickets.csv", text: "message", label: "topic");
            TextDataCheck check = TextDataCheck.Of(tickets);
            Console.Write(check);
            Console.WriteLine($"a length of 200 words would cut {1 - check.Lengths!.ShareUpTo(200):P1} of the texts");
        });
        Assert.StartsWith("60 texts, 2 classes: billing 50.0 %, login 50.0 %", check, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        foreach (string file in new[] { "tickets.csv", "tickets-test.csv", "tickets.keras" }) File.Delete(file);
    }

    private static void WriteTopics(string path) => File.WriteAllText(path, "message,topics\n" + string.Concat(Enumerable.Range(0, 60).Select(i =>
        $"My {(i % 2 == 0 ? "invoice" : "password")} is wrong{(i % 3 == 0 ? " mend it today" : "")} {i},{(i % 2 == 0 ? "billing" : "login")}{(i % 3 == 0 ? "|urgent" : "")}\n")));

    private static void WriteTickets(string path, int count)
    {
        string[] bills = ["invoice", "refund", "payment"], logins = ["password", "login", "account"];
        File.WriteAllText(path, "message,topic\n" + string.Concat(Enumerable.Range(0, count).Select(i =>
            $"\"My {(i % 2 == 0 ? bills : logins)[i / 2 % 3]} is wrong, number {i + count}.\",{(i % 2 == 0 ? "billing" : "login")}\n")));
    }
}
