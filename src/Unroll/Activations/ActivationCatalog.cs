using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Activations;

internal sealed class ActivationCatalog : Catalog<Activation>
{
    private ActivationCatalog() : base("Activation", "keras.activations",
    [
        .. Activation.Fused.Select(activation => activation == Activation.Relu ? Relu.Registration : new SingleRegistration(activation)),
        .. Formula.All.Select(formula => new SingleRegistration(formula) { Aliases = formula.Aliases }),
        LeakyRelu.Registration,
        Elu.Registration,
        Celu.Registration,
        Gelu.Registration,
        SoftShrink.Registration,
        HardShrink.Registration,
        Threshold.Registration,
        Squareplus.Registration,
        LogSoftmax.Registration,
        Sparsemax.Registration,
        Glu.Registration,
    ])
    {
    }

    public static ActivationCatalog Instance { get; } = new();

    /// <summary>In Keras, no activation is the linear one.</summary>
    internal override Activation None => Activation.Linear;

    /// <summary>The activation as it is written in a text.</summary>
    public static string Describe(Activation activation) =>
        Instance.Entries.Any(entry => entry.IsClassOf(activation)) && Instance.ToNode(activation) is JsonObject json && json["config"] is JsonObject config
            ? new ObjectConfig(activation.Name, [], config.ToDictionary(entry => entry.Key, entry => entry.Value)).ToString()
            : activation.Name;

    /// <summary>Keras writes a function's name; one with arguments other than their defaults is an object.</summary>
    internal override JsonNode ToNode(Activation value)
    {
        JsonObject json = ToKeras(value);
        string name = (string)json["class_name"]!;
        return json["config"] is JsonObject { Count: 0 } || (Find(name)?.PositionalNames.Count > 0 && IsDefault(value, name)) ? JsonValue.Create(name) : json;
    }

    private bool IsDefault(Activation value, string name)
    {
        try
        {
            return value.Equals(Create(new ObjectConfig(name)));
        }
        catch (ArgumentException)
        {
            return false; // an argument must be given
        }
    }
}
