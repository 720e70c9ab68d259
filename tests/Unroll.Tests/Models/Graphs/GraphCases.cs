using System.Text.Json.Nodes;
using Unroll.Layers;

namespace Unroll.Tests.Models.Graphs;

/// <summary>Graphs of every shape: merges, arithmetic, states, shared layers, models inside of models, several outputs, masks.</summary>
internal static class GraphCases
{
    private const int Steps = 5, Features = 3, Numbers = 4, Words = 11;

    private static readonly Dictionary<string, GraphCase> All = Cases().ToDictionary(entry => entry.Name, entry => entry.Case);

    public static IEnumerable<string> Names => All.Keys;

    public static GraphCase Find(string name) => All[name];

    private static IEnumerable<(string Name, GraphCase Case)> Cases() =>
        [.. Merges(), .. Arithmetic(), .. Operations(), .. States(), .. Sharing(), .. Outputs(), .. Masks()];

    private static IEnumerable<(string, GraphCase)> Merges()
    {
        foreach ((string name, Func<Layer> create, int count) in new (string, Func<Layer>, int)[]
        {
            ("Add", () => new Add(), 3), ("Subtract", () => new Subtract(), 2), ("Multiply", () => new Multiply(), 3), ("Average", () => new Average(), 3),
            ("Maximum", () => new Maximum(), 3), ("Minimum", () => new Minimum(), 3), ("Concatenate", () => new Concatenate(), 3),
        })
        {
            yield return ($"{name} of vectors", OnNumbers(n => create().Call([.. Enumerable.Range(0, count).Select(_ => Hidden(n, 4))])));
            yield return ($"{name} of sequences", OnSteps(x => Read(create().Call([.. Enumerable.Range(0, count).Select(_ => Sequence(x, 4))]))));
            if (name == "Concatenate") continue;
            yield return ($"{name} of sequence and vector", OnBoth((x, n) => Read(create().Call([Sequence(x, 4), Hidden(n, 4)]))));
            yield return ($"{name} of sequence and column", OnSteps(x => Read(create().Call([Hidden(x, 1), Sequence(x, 4)]))));
        }

        yield return ("Concatenate along time", OnSteps(x => Read(new Concatenate(1).Call([Sequence(x, 4), Hidden(x, 4)]))));
        yield return ("pooled sequence beside numbers", OnBoth((x, n) => new Concatenate().Call([new GlobalMaxPooling1D().Call(Sequence(x, 4)), n])));
        yield return ("mean over time beside numbers", OnBoth((x, n) => new Concatenate().Call([new GlobalAveragePooling1D().Call(Sequence(x, 4)), n])));
    }

    private static IEnumerable<(string, GraphCase)> Arithmetic()
    {
        foreach ((string name, Func<Symbol, Symbol, Symbol> apply) in new (string, Func<Symbol, Symbol, Symbol>)[]
        {
            ("a + b", (a, b) => a + b), ("a - b", (a, b) => a - b), ("a * b", (a, b) => a * b), ("a / (b * b + 1)", (a, b) => a / (b * b + 1)),
            ("0.5 * a + b / 4", (a, b) => 0.5 * a + b / 4), ("1 - a - b * 2 - 3", (a, b) => 1 - a - b * 2 - 3), ("2 / (a + 3) + 1.0 + b", (a, b) => 2 / (a + 3) + 1.0 + b),
            ("-a + b", (a, b) => -a + b), ("a * a + b + b", (a, b) => a * a + b + b),
        })
        {
            yield return ($"{name} of vectors", OnNumbers(n => apply(Hidden(n, 4), Hidden(n, 4))));
            yield return ($"{name} of sequence and vector", OnBoth((x, n) => Read(apply(Sequence(x, 4), Hidden(n, 4)))));
        }
    }

    private static IEnumerable<(string, GraphCase)> Operations()
    {
        foreach (string name in new[] { "Tanh", "Sigmoid", "Exp", "Square", "Negative", "Relu", "Absolute" })
            yield return (name, OnNumbers(n => Operate(name, Hidden(n, 4))));
        foreach (string name in new[] { "Log", "Sqrt" })
            yield return ($"{name} of a square and 1", OnSteps(x => Read(Operate(name, Operate("Square", Sequence(x, 4)) + 1))));
        foreach (string name in new[] { "Mean", "Sum", "Max", "Min" })
        {
            yield return ($"{name} over time", OnSteps(x => Operate(name, Sequence(x, 4), new() { ["axis"] = 1 })));
            yield return ($"{name} over features, kept", OnSteps(x => Read(Operate(name, Sequence(x, 4), new() { ["axis"] = -1, ["keepdims"] = true }))));
        }

        yield return ("the last step", OnSteps(x => Take(Sequence(x, 4), Slice(), -1)));
        yield return ("steps 1 to 4 by 2", OnSteps(x => Read(Take(Sequence(x, 4), Slice(), Slice(1, 4, 2)))));
        yield return ("a vector as a step", OnNumbers(n => Read(Operate("ExpandDims", Hidden(n, 4), new() { ["axis"] = 1 }))));
    }

    private static IEnumerable<(string, GraphCase)> States()
    {
        foreach ((string name, Func<bool, Layer> create) in new (string, Func<bool, Layer>)[]
        {
            ("SimpleRNN", all => new SimpleRNN(4) { ReturnState = true, ReturnSequences = all }),
            ("LSTM", all => new LSTM(4) { ReturnState = true, ReturnSequences = all }),
            ("GRU", all => new GRU(4) { ReturnState = true, ReturnSequences = all }),
            ("GRU before", all => new GRU(4) { ReturnState = true, ReturnSequences = all, ResetAfter = false }),
            ("LSTM backwards", all => new LSTM(4) { ReturnState = true, ReturnSequences = all, GoBackwards = true }),
            ("Bidirectional LSTM", all => new Bidirectional(new LSTM(3) { ReturnState = true, ReturnSequences = all })),
            ("Bidirectional GRU summed", all => new Bidirectional(new GRU(3) { ReturnState = true, ReturnSequences = all }) { MergeMode = MergeMode.Sum }),
            ("stacked cells", all => new RNN(new LSTMCell(3), new GRUCell(2)) { ReturnState = true, ReturnSequences = all }),
        })
        {
            yield return ($"states of {name}", OnBoth((x, n) => Read(Call(create(true), x + Hidden(n, 3), Call(create(false), x, null)[1..])[0])));
            yield return ($"states and output of {name}", OnSteps(x =>
            {
                Symbols first = Call(create(true), x, null), second = Call(create(false), Hidden(first[0], 3), first[1..]);
                return new Concatenate().Call([.. second, .. first[1..]]);
            }));
        }

        yield return ("numbers as the first state", OnBoth((x, n) => new GRU(4).Call(x, Hidden(n, 4))));
    }

    private static IEnumerable<(string, GraphCase)> Sharing()
    {
        yield return ("one symbol read twice", OnSteps(x =>
        {
            Symbol both = Sequence(x, 4);
            return new Concatenate().Call([Read(both), new GlobalAveragePooling1D().Call(both)]);
        }));
        yield return ("one symbol read three times", OnNumbers(n =>
        {
            Symbol all = Hidden(n, 4);
            return Hidden(all, 4) * Hidden(all, 4) + all;
        }));
        yield return ("Add of a symbol to itself", OnNumbers(n =>
        {
            Symbol twice = Hidden(n, 4);
            return new Add().Call([twice, twice]);
        }));
        yield return ("shared Embedding", OnTwoTexts((a, b) =>
        {
            var embedding = new Embedding(Words, 3);
            return new Concatenate().Call([new LSTM(3).Call(embedding.Call(a)), new GRU(3).Call(embedding.Call(b))]);
        }));
        yield return ("shared Embedding with a mask, shared LSTM", OnTwoTexts((a, b) =>
        {
            var embedding = new Embedding(Words, 3) { MaskZero = true };
            var lstm = new LSTM(4);
            return 3 * (Symbol)lstm.Call(embedding.Call(a)) - (Symbol)lstm.Call(embedding.Call(b));
        }));
        yield return ("LSTM behind itself", OnSteps(x =>
        {
            var lstm = new LSTM(3) { ReturnSequences = true };
            return Read(lstm.Call(lstm.Call(x)));
        }));
        yield return ("nested model called twice", OnTwoTexts((a, b) =>
        {
            Symbol ids = Input.Ids();
            var tower = new Model(ids, Hidden(new Bidirectional(new GRU(3)).Call(new Embedding(Words, 3) { MaskZero = true }.Call(ids)), 4), "tower");
            return (Symbol)tower.Call(a) * (Symbol)tower.Call(b);
        }));
        yield return ("model on an inner output", OnSteps(x =>
        {
            Symbol own = Input.Features(Steps, Features);
            Symbol inner = Sequence(own, 4);
            var whole = new Model(own, new Dense(1).Call(Read(inner)), "whole");
            return Read(new Model(whole.Inputs, inner, "part").Call(x));
        }));
    }

    private static IEnumerable<(string, GraphCase)> Outputs()
    {
        GraphCase two = OnBoth((x, n) => x);
        yield return ("two outputs with loss weights", two with
        {
            Create = () =>
            {
                Symbol x = Input.Features(Steps, Features), n = Input.Features(Numbers);
                Symbol shared = new Concatenate().Call([new LSTM(4).Call(x), n]);
                return new Model([x, n], [new Dense(1).Call(shared), new Dense(1, "sigmoid").Call(shared)], seed: 5);
            },
            Data = rows => (two.Data(rows).X, [Answers(rows), Array.ConvertAll(Answers(rows), value => value > 0 ? 1f : 0f)]),
            Loss = ["mse", "binary_crossentropy"],
            Weights = [0.3, 0.7],
        });
        yield return ("a sequence and its end", two with
        {
            Create = () =>
            {
                Symbol x = Input.Features(Steps, Features), n = Input.Features(Numbers);
                Symbols read = new GRU(4) { ReturnSequences = true, ReturnState = true }.Call(x, Hidden(n, 4));
                return new Model([x, n], [new Dense(1).Call(read[0]), new Dense(1).Call(read[1])], seed: 5);
            },
            Data = rows => (two.Data(rows).X, [StepAnswers(rows), Answers(rows)]),
            Loss = ["mse", "mse"],
            Weights = [0.4, 1.5],
        });
    }

    private static IEnumerable<(string, GraphCase)> Masks()
    {
        foreach ((string name, Func<Layer> create) in new (string, Func<Layer>)[]
        {
            ("Add", () => new Add()), ("Multiply", () => new Multiply()), ("Maximum", () => new Maximum()), ("Average", () => new Average()),
            ("Concatenate", () => new Concatenate()), ("Concatenate along time", () => new Concatenate(1)),
        })
        {
            yield return ($"masks into {name}", OnTwoTexts((a, b) => Read(create().Call([Masked(a), Masked(b)]))));
            yield return ($"mask and none into {name}", OnTwoTexts((a, b) => new GlobalAveragePooling1D().Call(create().Call([Masked(a), new Embedding(Words, 4).Call(b)]))));
        }

        yield return ("masked encoder, masked decoder", OnTwoTexts((a, b) =>
            new LSTM(4).Call(Masked(b), new LSTM(4) { ReturnState = true }.Call(Masked(a))[1..])));
        yield return ("mask past arithmetic", OnTwoTexts((a, b) => Read(0.5 * Masked(a) + Masked(b))));
    }

    private static Symbol Hidden(Symbol x, int units) => new Dense(units, "tanh").Call(x);

    private static Symbol Sequence(Symbol x, int units) => new LSTM(units) { ReturnSequences = true }.Call(x);

    private static Symbol Read(Symbol x) => new SimpleRNN(4).Call(x);

    private static Symbol Masked(Symbol ids) => new Embedding(Words, 4) { MaskZero = true }.Call(ids);

    private static Symbols Call(Layer layer, Symbol x, Symbols? states) => layer switch
    {
        RecurrentLayer recurrent => recurrent.Call(x, states),
        Bidirectional bidirectional => bidirectional.Call(x, states),
        _ => ((RNN)layer).Call(x, states),
    };

    private static Symbol Operate(string name, Symbol x, JsonObject? config = null) =>
        new Operation(OperationKind.Find(name)!, config).Call([x], new Dictionary<int, JsonNode?>());

    private static Symbol Take(Symbol x, params JsonNode[] indices) =>
        new Operation(OperationKind.Find("GetItem")!).Call([x], new Dictionary<int, JsonNode?> { [1] = new JsonArray(indices) });

    private static JsonObject Slice(int? start = null, int? stop = null, int? step = null) =>
        new() { ["class_name"] = "__slice__", ["config"] = new JsonObject { ["start"] = start, ["stop"] = stop, ["step"] = step } };

    private static GraphCase OnNumbers(Func<Symbol, Symbol> body) => new(
        () =>
        {
            Symbol n = Input.Features(Numbers);
            return new Model(n, new Dense(1).Call(body(n)), seed: 5);
        },
        rows => (NumberData(rows), Answers(rows)), "mse");

    private static GraphCase OnSteps(Func<Symbol, Symbol> body) => new(
        () =>
        {
            Symbol x = Input.Features(Steps, Features);
            return new Model(x, new Dense(1).Call(body(x)), seed: 5);
        },
        rows => (StepData(rows), Answers(rows)), "mse");

    private static GraphCase OnBoth(Func<Symbol, Symbol, Symbol> body) => new(
        () =>
        {
            Symbol x = Input.Features(Steps, Features), n = Input.Features(Numbers);
            return new Model([x, n], new Dense(1).Call(body(x, n)), seed: 5);
        },
        rows => ([StepData(rows), NumberData(rows)], Answers(rows)), "mse");

    private static GraphCase OnTwoTexts(Func<Symbol, Symbol, Symbol> body) => new(
        () =>
        {
            Symbol a = Input.Ids(Steps), b = Input.Ids(Steps);
            return new Model([a, b], new Dense(1).Call(body(a, b)), seed: 5);
        },
        rows => ([Texts(rows, 3), Texts(rows, 8)], Answers(rows)), "mse");

    private static float[,] NumberData(int rows)
    {
        var n = new float[rows, Numbers];
        for (int i = 0; i < rows; i++)
            for (int f = 0; f < Numbers; f++) n[i, f] = ((i * 13 + f * 29) % 31 - 15) / 15f;
        return n;
    }

    private static float[,,] StepData(int rows)
    {
        var x = new float[rows, Steps, Features];
        for (int i = 0; i < rows; i++)
            for (int t = 0; t < Steps; t++)
                for (int f = 0; f < Features; f++) x[i, t, f] = ((i * 17 + t * 7 + f * 11) % 23 - 11) / 11f;
        return x;
    }

    /// <summary>Padded in front, between no step and all but one.</summary>
    private static int[,] Texts(int rows, int factor)
    {
        var ids = new int[rows, Steps];
        for (int i = 0; i < rows; i++)
            for (int t = i * factor % Steps; t < Steps; t++) ids[i, t] = 1 + (i * factor + t * 7) % (Words - 1);
        return ids;
    }

    private static float[] Answers(int rows) => [.. Enumerable.Range(0, rows).Select(i => (i * 5 % 9 - 4) / 2f)];

    private static float[,] StepAnswers(int rows)
    {
        var answers = new float[rows, Steps];
        for (int i = 0; i < rows; i++)
            for (int t = 0; t < Steps; t++) answers[i, t] = ((i * 5 + t) % 9 - 4) / 2f;
        return answers;
    }
}
