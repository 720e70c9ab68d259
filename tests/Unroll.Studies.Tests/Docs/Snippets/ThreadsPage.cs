using Unroll;
using Unroll.Datasets;
using Unroll.Layers;
using Xunit;

namespace ReaderCode;

public sealed class ThreadsPage
{
    [Fact]
    public void Answers_and_weights_depend_on_nothing_that_runs_beside()
    {
        string first = Printed.By(() => Snippet().GetAwaiter().GetResult());
        Assert.Equal(first, Printed.By(() => Snippet().GetAwaiter().GetResult()));
        string[] lines = first.ReplaceLineEndings("\n").TrimEnd().Split('\n');
        Assert.Matches("^before: 0[.,][0-9]+, after: 0[.,][0-9]+$", lines[0]);
        Assert.Equal(4, lines[1].Split(", ").Distinct().Count());
    }

    private static async Task Snippet()
    {
        var data = Dataset.Load(new DatasetOptions { NumWords = 1000, MaxLen = 80 });
        var model = new Sequential(seed: 1) { new Embedding(1000, 8), new LSTM(16), new Dense(1, "sigmoid") };
        model.Compile(optimizer: "adam", loss: "binary_crossentropy");
        model.Fit(data.XTrain, data.YTrain, verbose: 0);

        float Ask(Model model, int row)
        {
            var review = new int[1, 80];
            for (int t = 0; t < 80; t++) review[0, t] = data.XTest[row, t];
            return model.Predict(review)[0, 0];
        }

        var answers = new float[40];
        Parallel.For(0, answers.Length, row => answers[row] = Ask(model, row));

        var all = model.Predict(data.XTest);
        for (int row = 0; row < answers.Length; row++) Assert.Equal(all[row, 0], answers[row]);

        Model answering = model.Clone(); // the same layers, not the same weights
        answering.SetWeights(model.GetWeights());
        Task<float> answer = Task.Run(() => Ask(answering, row: 7));
        model.Fit(data.XTrain, data.YTrain, epochs: 2, verbose: 0);
        Console.WriteLine($"before: {await answer}, after: {Ask(model, row: 7)}");

        Assert.Equal(answers[7], await answer);
        var fingerprints = new string[4];
        Parallel.For(0, fingerprints.Length, seed =>
        {
            var one = new Sequential(seed: seed) { new Embedding(1000, 8), new GRU(8), new Dense(1, "sigmoid") };
            one.Compile(optimizer: "adam", loss: "binary_crossentropy");
            one.Fit(data.XTrain, data.YTrain, verbose: 0);
            fingerprints[seed] = one.Fingerprint();
        });
        Console.WriteLine(string.Join(", ", fingerprints));
    }
}
