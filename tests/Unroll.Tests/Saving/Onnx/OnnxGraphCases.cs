using Unroll.Layers;
using Unroll.Tests.Support;

namespace Unroll.Tests.Saving.Onnx;

/// <summary>Models that are more than a chain.</summary>
internal static class OnnxGraphCases
{
    private const int Samples = 5, Steps = 4;

    public static void Add(Dictionary<string, OnnxCase> cases)
    {
        foreach ((string name, Func<MergeLayer> create) in new (string, Func<MergeLayer>)[]
            { ("Add", () => new Add()), ("Subtract", () => new Subtract()), ("Multiply", () => new Multiply()), ("Average", () => new Average()), ("Maximum", () => new Maximum()), ("Minimum", () => new Minimum()) })
        {
            cases.Add(name, TwoTexts((a, b) => create().Call([a, b])));
            cases.Add($"{name}_stretched", Features((a, b) => create().Call([a, b])));
        }

        foreach (int axis in new[] { 1, -1 }) cases.Add($"Concatenate_{axis}", TwoTexts((a, b) => new Concatenate(axis).Call([a, b])));
        cases.Add("operations", Features((a, b) => 0.5 * (a - 2.0 * b) / (1.5 + a * a) - (-b)));
        foreach (bool explicitly in new[] { false, true }) cases.Add($"states{(explicitly ? "_mask" : "")}", States(explicitly));
        cases.Add("states_both_directions", BothDirections());
        cases.Add("nested_twice", NestedTwice());
        foreach ((string name, Func<Dot> create) in new (string, Func<Dot>)[] { ("features", () => new Dot(2)), ("time", () => new Dot(1, normalize: true)) })
            cases.Add($"Dot_{name}", Pair([Steps, 3], [Steps, 3], (a, b) => create().Call([a, b])));
        cases.Add("Dot_vectors", Pair([3], [3], (a, b) => new Dot(1, normalize: true).Call([a, b])));
        cases.Add("Dot_mixed", Pair([Steps, 3], [3], (a, b) => new Dot((2, 1)).Call([a, b])));
        cases.Add("Dot_mixed_other_way_round", Pair([3], [Steps, 3], (a, b) => new Dot((1, 2)).Call([a, b])));
        cases.Add("operations_by_name", Pair([Steps, 3], [3], (a, b) =>
            Operations.Concatenate([Operations.Mean(a, 1), a[^1], Operations.Sum(a[1.., ..], 1), Operations.Max(a, -2), Operations.Exp(Operations.Minimum(b, 0.5 * b)) + Operations.Square(b)])));

        // Those of Keras, which have masks among their calls.
        string[] left = ["fn_mask_merges", "fn_operations", "fn_seq2seq_explicit_mask", "fn_nested_functional_twice", "fn_two_outputs_dict", "fn_go_backwards_states", "fn_broadcast_merges"];
        foreach (string name in left)
        {
            Model model = Model.Load(Path.Combine(KerasFiles.GraphDirectory, name + ".keras"), compile: false);
            cases.Add(name, new OnnxCase(model, [model.CheckInputs(KerasCase.Of(name + ".keras", KerasFiles.GraphDirectory).X)]));
        }
    }

    /// <summary>Two padded texts whose layers are merged, what comes of it with a mask, and without.</summary>
    private static OnnxCase TwoTexts(Func<Symbol, Symbol, Symbol> merge)
    {
        Symbol a = Input.Ids(Steps, "first"), b = Input.Ids(Steps, "second");
        Symbol left = new Embedding(7, 3) { MaskZero = true }.Call(a), right = new Embedding(7, 3) { MaskZero = true }.Call(b);
        Symbol merged = merge(left, right);
        var model = new Model([a, b], [new GRU(2).Call(merged), new GlobalAveragePooling1D().Call(merged)]);
        return new OnnxCase(OnnxCases.WithWeights(model), [[OnnxCases.Cycle(Samples, Steps, 7), OnnxCases.Cycle(Samples, Steps, 5)]]);
    }

    private static OnnxCase Features(Func<Symbol, Symbol, Symbol> merge)
    {
        Symbol sequence = Input.Features(Steps, 3), vector = Input.Features(3);
        var model = new Model([sequence, vector], new Dense(2).Call(merge(sequence, vector)));
        return new OnnxCase(OnnxCases.WithWeights(model), [[Inputs.FromValues(OnnxCases.Waves(Samples, Steps, 3)), Inputs.FromValues(OnnxCases.Waves(Samples, 3))]]);
    }

    private static OnnxCase Pair(int?[] first, int?[] second, Func<Symbol, Symbol, Symbol> merge)
    {
        Symbol a = Input.Features(first), b = Input.Features(second);
        var model = new Model([a, b], merge(a, b));
        return new OnnxCase(model, [[Inputs.FromValues(OnnxCases.Waves([Samples, .. first.Select(size => size!.Value)])), Inputs.FromValues(OnnxCases.Waves([Samples, .. second.Select(size => size!.Value)]))]]);
    }

    private static OnnxCase States(bool explicitly)
    {
        Symbol source = Input.Ids(Steps, "source"), target = Input.Ids(3, "target");
        Symbols encoded = new LSTM(2) { ReturnState = true }.Call(new Embedding(7, 3) { MaskZero = true }.Call(source));
        Symbol? mask = explicitly ? Operation.Apply("NotEqual", target, 0) : null;
        Symbols decoded = new LSTM(2) { ReturnSequences = true, ReturnState = true }.Call(new Embedding(7, 3).Call(target), encoded[1..], mask);
        var model = new Model([source, target], [new Dense(2, "softmax").Call(decoded[0]), decoded[1], decoded[2]]);
        return new OnnxCase(OnnxCases.WithWeights(model), [[OnnxCases.Cycle(Samples, Steps, 7), OnnxCases.Cycle(Samples, 3, 5)]]);
    }

    private static OnnxCase BothDirections()
    {
        Symbol source = Input.Features(Steps, 3), target = Input.Features(Steps, 2);
        Symbols encoded = new Bidirectional(new GRU(2) { ReturnState = true }).Call(source);
        Symbols decoded = new Bidirectional(new GRU(2) { ReturnSequences = true, ReturnState = true }).Call(target, encoded[1..]);
        var model = new Model([source, target], [decoded[0], decoded[1], decoded[2]]);
        return new OnnxCase(OnnxCases.WithWeights(model), [[Inputs.FromValues(OnnxCases.Waves(Samples, Steps, 3)), Inputs.FromValues(OnnxCases.Waves(Samples, Steps, 2))]]);
    }

    private static OnnxCase NestedTwice()
    {
        Symbol a = Input.Ids(Steps, "first"), b = Input.Ids(Steps, "second");
        var tower = new Sequential("tower") { new Embedding(7, 3) { MaskZero = true }, new LSTM(4), new Dense(2) };
        var model = new Model([a, b], new Dense(1).Call(new Concatenate().Call([tower.Call(a), tower.Call(b)])));
        return new OnnxCase(OnnxCases.WithWeights(model), [[OnnxCases.Cycle(Samples, Steps, 7), OnnxCases.Cycle(Samples, Steps, 5)]]);
    }
}
