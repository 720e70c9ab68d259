using System.Text.Json.Nodes;

namespace Unroll.Layers;

/// <summary>One argument of a call: a symbol or several, by position or by name.</summary>
/// <param name="Name">Keras' name of the argument; null: by position.</param>
/// <param name="Symbols">What is given.</param>
/// <param name="IsList">Whether it is given as a list.</param>
/// <param name="IsAutomatic">
/// True for a mask that Keras wrote down by itself: masks travel on the tensors here, so that it is kept for files and
/// summaries, but not computed with.
/// </param>
internal sealed record CallArgument(string? Name, IReadOnlyList<Symbol> Symbols, bool IsList, bool IsAutomatic = false)
{
    public CallArgument(string? name, Symbols symbols) : this(name, symbols, !symbols.IsSingle)
    {
    }

    /// <summary>A constant of the call.</summary>
    public CallArgument(string name, JsonNode constant) : this(name, [], false) => Constant = constant;

    /// <summary>What is given instead of symbols: <c>use_causal_mask: true</c>.</summary>
    public JsonNode? Constant { get; }
}

/// <summary>A call of a layer on symbols.</summary>
internal sealed class Node
{
    public Node(Layer layer, IReadOnlyList<CallArgument> arguments)
    {
        Layer = layer;
        Arguments = arguments;
        Inputs = [.. arguments.SelectMany(argument => argument.Symbols)];
        CallArgument[] computed = [.. arguments.Where(argument => !argument.IsAutomatic)];
        Operands = [.. computed.SelectMany(argument => argument.Symbols)];
        Roles = [.. computed.SelectMany(argument => argument.Symbols.Select(_ => argument.Name))];
    }

    public Layer Layer { get; }

    public IReadOnlyList<CallArgument> Arguments { get; }

    /// <summary>All symbols that go in.</summary>
    public IReadOnlyList<Symbol> Inputs { get; }

    /// <summary>Those of <see cref="Inputs"/> that the layer computes with: all but masks that Keras wrote down by itself.</summary>
    public IReadOnlyList<Symbol> Operands { get; }

    /// <summary>For each of <see cref="Operands"/> the argument's name; null: by position.</summary>
    public IReadOnlyList<string?> Roles { get; }

    public IReadOnlyList<Symbol> Outputs { get; private set; } = [];

    /// <summary>What goes in.</summary>
    public CallInputs Call => CallOn([.. Operands.Select(symbol => symbol.Shape)]);

    /// <summary>The call on inputs of some shapes.</summary>
    public CallInputs CallOn(IReadOnlyList<IReadOnlyList<int?>> shapes) => new(shapes, Roles)
    {
        Flags = [.. Arguments.Where(argument => argument.Constant is JsonValue value && value.TryGetValue(out bool flag) && flag).Select(argument => argument.Name!)],
    };

    public void SetOutputs(IReadOnlyList<IReadOnlyList<int?>> shapes) =>
        Outputs = [.. shapes.Select((shape, i) => new Symbol(this, i, shape))];
}

/// <summary>Shapes that go into a call of a layer, without the batch dimension (null: not known yet), and the arguments they are given as.</summary>
/// <param name="Shapes">One per input.</param>
/// <param name="Roles">Keras' name of the argument; null: by position.</param>
internal sealed record CallInputs(IReadOnlyList<IReadOnlyList<int?>> Shapes, IReadOnlyList<string?> Roles)
{
    /// <summary>Keras' names of the arguments that are true: <c>use_causal_mask</c>.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>The first input.</summary>
    public IReadOnlyList<int?> First => Shapes[0];

    public static CallInputs Single(IReadOnlyList<int?> shape) => new([shape], [null]);

    /// <summary>The first input that is given as an argument; null: none.</summary>
    public int? Find(string role) => IndexOf(Roles, role);

    public static int? IndexOf(IReadOnlyList<string?> roles, string role)
    {
        for (int i = 0; i < roles.Count; i++)
        {
            if (roles[i] == role) return i;
        }

        return null;
    }
}
