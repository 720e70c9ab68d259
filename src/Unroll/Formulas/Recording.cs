namespace Unroll.Formulas;

/// <summary>A formula as it was written down once, for known sizes: one time step of a cell, or a layer at one step.</summary>
internal sealed class Recording
{
    private Recording(Value input, Value[] states, Value[] next, Value output, Value[] weights) =>
        (Input, States, Next, Output, Weights) = (input, states, next, output, weights);

    /// <summary>The step's input.</summary>
    public Value Input { get; }

    /// <summary>The states before the step.</summary>
    public IReadOnlyList<Value> States { get; }

    /// <summary>The states after the step.</summary>
    public IReadOnlyList<Value> Next { get; }

    /// <summary>What is put out; may be one of <see cref="Next"/>.</summary>
    public Value Output { get; }

    /// <summary>The weights in the order in which their values are handed over.</summary>
    public IReadOnlyList<Value> Weights { get; }

    /// <summary>Features of the dropout factors that the formula names itself.</summary>
    public IReadOnlyList<int> Factors { get; private init; } = [];

    /// <summary>Records one step of a cell.</summary>
    /// <param name="inputFeatures">Features of the input.</param>
    /// <param name="stateFeatures">Features of every state.</param>
    /// <param name="weights">All weights that the formula may use.</param>
    /// <param name="step">The formula: input and states before the step to states after it.</param>
    /// <exception cref="ArgumentException">The formula gives other states than it takes, or uses a weight that is not listed.</exception>
    /// <param name="factors">Features of the dropout factors that the formula names.</param>
    public static Recording OfCell(
        int inputFeatures, IReadOnlyList<int> stateFeatures, IReadOnlyList<Value> weights, Func<Value, Values, Values> step, IReadOnlyList<int>? factors = null) =>
        OfCell(inputFeatures, stateFeatures, () => weights, step, factors);

    /// <summary>Records one step of a cell whose weights are known once the formula was called.</summary>
    public static Recording OfCell(int inputFeatures, IReadOnlyList<int> stateFeatures, Func<IReadOnlyList<Value>> weights, Func<Value, Values, Values> step, IReadOnlyList<int>? factors = null)
    {
        Value input = Value.Input(inputFeatures);
        Value[] states = [.. stateFeatures.Select((features, i) => Value.State(i, features, stateFeatures.Count == 1 ? "h" : $"states[{i}]"))];
        Values next = step(input, Values.Create(states));
        if (next.Count != states.Length)
            throw new ArgumentException($"A step took {states.Length} states and returned {next.Count}; it has to return as many as it takes, in the same order.");
        for (int i = 0; i < states.Length; i++)
        {
            if (next[i].Features != states[i].Features || next[i].IsMatrix)
            {
                throw new ArgumentException(
                    $"State {i} has {states[i].Features} features before the step and {next[i].Features} after it ('{next[i]}'); they have to agree.");
            }
        }

        return Checked(input, states, [.. next], next.Output ?? next[0], [.. weights()], factors ?? []);
    }

    /// <summary>Records a layer that works step by step without a state.</summary>
    public static Recording OfLayer(int inputFeatures, IReadOnlyList<Value> weights, Func<Value, Value> layer)
    {
        Value input = Value.Input(inputFeatures);
        return OfLayer(input, weights, layer(input));
    }

    /// <summary>A layer that was recorded already.</summary>
    public static Recording OfLayer(Value input, IReadOnlyList<Value> weights, Value output) => Checked(input, [], [], output, [.. weights], []);

    private static Recording Checked(Value input, Value[] states, Value[] next, Value output, Value[] weights, IReadOnlyList<int> factors)
    {
        if (output.IsMatrix) throw new ArgumentException($"The output '{output}' is a weight matrix; multiply a vector with it.");
        var seen = new HashSet<Value>();
        foreach (Value value in (Value[])[.. next, output]) Check(value);
        return new Recording(input, states, next, output, weights) { Factors = factors };

        void Check(Value value)
        {
            if (!seen.Add(value)) return;
            if (value.Kind == ValueKind.Weight && !weights.Contains(value))
                throw new ArgumentException($"The formula uses the weight '{value.Name}', which the layer did not add; get it by Weight(name, shape).");
            if ((value.Kind == ValueKind.Input && value != input) || (value.Kind == ValueKind.State && !states.Contains(value)))
                throw new ArgumentException($"The formula uses '{value.Name}' of another recording; use the values that the step is given.");
            foreach (Value operand in value.Operands) Check(operand);
        }
    }
}
