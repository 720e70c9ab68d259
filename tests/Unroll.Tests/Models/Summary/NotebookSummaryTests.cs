using Unroll.Initializers;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Models.Summary;

/// <summary>The summaries of the two Keras notebooks, from real models.</summary>
public class NotebookSummaryTests
{
    [Fact]
    public void AfterTrainingInTheStyleOfKeras3()
    {
        var model = new Sequential
        {
            new Embedding(2000, 50),
            new SimpleRNN(5) { KernelInitializer = new RandomNormal { Stddev = 0.001 } },
            new Dense(1, "sigmoid"),
        };
        model.Compile("adam", "binary_crossentropy", ["accuracy"]);
        model.Fit(new int[3, 30], new[] { 0, 1, 0 }, verbose: 0);
        Assert.Equal(
            """
            Model: "sequential"
            ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
            ┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
            ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
            │ embedding (Embedding)           │ (None, 30, 50)         │       100,000 │
            ├─────────────────────────────────┼────────────────────────┼───────────────┤
            │ simple_rnn (SimpleRNN)          │ (None, 5)              │           280 │
            ├─────────────────────────────────┼────────────────────────┼───────────────┤
            │ dense (Dense)                   │ (None, 1)              │             6 │
            └─────────────────────────────────┴────────────────────────┴───────────────┘
             Total params: 300,860 (1.15 MB)
             Trainable params: 100,286 (391.74 KB)
             Non-trainable params: 0 (0.00 B)
             Optimizer params: 200,574 (783.50 KB)

            """,
            model.Summary(lineLength: 76));
    }

    [Fact]
    public void BeforeAnyDataInTheStyleOfKeras2()
    {
        var model = new Sequential(name: "sequential_12") { new Embedding(1000, 8), new LSTM(8), new Dense(1, "sigmoid") };
        string line = new('_', 65), thick = new('=', 65);
        Assert.Equal(
            string.Join('\n',
                "Model: \"sequential_12\"",
                line,
                "Layer (type)                 Output Shape              Param #   ",
                thick,
                "embedding (Embedding)        (None, None, 8)           8000      ",
                line,
                "lstm (LSTM)                  (None, 8)                 544       ",
                line,
                "dense (Dense)                (None, 1)                 9         ",
                thick,
                "Total params: 8,553",
                "Trainable params: 8,553",
                "Non-trainable params: 0",
                line,
                ""),
            model.Summary(SummaryStyle.Keras2));
    }
}
