using System.Text.Json.Nodes;

namespace Unroll.Saving;

/// <summary>
/// What Keras 1 called the entries of a layer's configuration. A layer is known as Keras 1's by entries that Keras 2 renamed;
/// what meant something that can't be told, or that there is none of today, is refused.
/// </summary>
internal static class Keras1
{
    private static readonly Dictionary<string, string> s_names = new()
    {
        ["output_dim"] = "units",
        ["init"] = "kernel_initializer",
        ["inner_init"] = "recurrent_initializer",
        ["inner_activation"] = "recurrent_activation",
        ["W_regularizer"] = "kernel_regularizer",
        ["U_regularizer"] = "recurrent_regularizer",
        ["b_regularizer"] = "bias_regularizer",
        ["W_constraint"] = "kernel_constraint",
        ["b_constraint"] = "bias_constraint",
        ["bias"] = "use_bias",
        ["dropout_W"] = "dropout",
        ["dropout_U"] = "recurrent_dropout",
        ["p"] = "rate",
        ["sigma"] = "stddev",
        ["pool_length"] = "pool_size",
        ["stride"] = "strides",
        ["border_mode"] = "padding",
        ["length"] = "size",
    };

    /// <summary>Entries that say how something was computed, or what is known anyway.</summary>
    private static readonly string[] s_withoutEffect = ["consume_less", "input_dtype", "input_dim", "input_length"];

    /// <summary>Entries that no later Keras writes.</summary>
    private static readonly string[] s_marks = ["input_dtype", "init", "inner_init", "W_regularizer", "p", "sigma", "pool_length", "border_mode", "length", "mode"];

    private static readonly Dictionary<string, string> s_merges = new()
    {
        ["sum"] = "Add",
        ["mul"] = "Multiply",
        ["ave"] = "Average",
        ["max"] = "Maximum",
        ["concat"] = "Concatenate",
    };

    /// <summary>Spells a layer's configuration out in the words of Keras 2; one that is not of Keras 1 stays as it is.</summary>
    /// <exception cref="InvalidDataException">Something can't be told, or there is none of it.</exception>
    public static void Modernise(JsonObject layer, string place)
    {
        string? name = layer.Text("class_name");
        if (layer["config"] is not JsonObject config) return;
        if (name is "Convolution1D" or "AtrousConvolution1D" or "Convolution2D")
            throw Refuse($"{name} of Keras 1 is not read: the file does not say whether Theano or TensorFlow computed it, and Theano turns kernels around. Load it in Keras 2 where it was trained, and save it again.");
        if (!s_marks.Any(config.ContainsKey)) return;
        switch (name)
        {
            case "Merge":
                Merge();
                return;
            case "TimeDistributedDense":
                layer["class_name"] = "Dense"; // which works on every step by itself
                break;
            case "BatchNormalization" when config.WholeNumber("mode") is not (null or 0):
                throw Refuse($"BatchNormalization with mode {config["mode"]!.ToJsonString()} of Keras 1 is not supported, only mode 0.");
        }

        foreach (string entry in config.Select(entry => entry.Key).ToArray()) Translate(entry);

        void Translate(string entry)
        {
            JsonNode? value = config[entry];
            config.Remove(entry);
            switch (entry)
            {
                case "forget_bias_init":
                    config["unit_forget_bias"] = value is JsonValue one && one.TryGetValue(out string? text) && text == "one";
                    break;
                case "mode":
                    break;
                case "dropout" when name is "Embedding":
                    if (!IsZero(value)) throw Refuse("an Embedding with dropout, which left out whole words, is not supported. Put a SpatialDropout1D behind it, or train without.");
                    break;
                case "activity_regularizer":
                    if (value is not null) throw Refuse($"{name} has an activity_regularizer; in Keras 1 that added up over a batch, and later it is a mean. Load the weights into a model that has one of today's.");
                    break;
                case "input_dim" when name is "Embedding":
                    config[entry] = value;
                    break;
                case var _ when s_withoutEffect.Contains(entry):
                    break;
                default:
                    config[NameOf(entry)] = ValueOf(entry, value);
                    break;
            }
        }

        string NameOf(string entry) => (name, entry) switch
        {
            ("Embedding", "output_dim") => entry,
            ("Embedding", "init") => "embeddings_initializer",
            ("Embedding", "W_regularizer") => "embeddings_regularizer",
            ("Embedding", "W_constraint") => "embeddings_constraint",
            ("PReLU", "init") => "alpha_initializer",
            _ => s_names.GetValueOrDefault(entry, entry),
        };

        JsonNode? ValueOf(string entry, JsonNode? value) => value switch
        {
            JsonObject json when entry.EndsWith("_regularizer", StringComparison.Ordinal) => Regularizer(json),
            JsonObject json when entry.EndsWith("_constraint", StringComparison.Ordinal) => Constraint(json),
            JsonValue text when entry is "init" or "inner_init" && text.TryGetValue(out string? initializer) => initializer switch
            {
                "uniform" => "random_uniform",
                "normal" => "random_normal",
                _ => initializer,
            },
            _ => value,
        };

        JsonObject Regularizer(JsonObject json) => json.Text("name") is "L1L2Regularizer" or "WeightRegularizer"
            ? new JsonObject { ["class_name"] = "L1L2", ["config"] = new JsonObject { ["l1"] = json["l1"]?.DeepClone(), ["l2"] = json["l2"]?.DeepClone() } }
            : throw Refuse($"the regularizer {json.ToJsonString()} of Keras 1 is not supported.");

        JsonObject Constraint(JsonObject json)
        {
            var arguments = new JsonObject();
            if (json["axis"] is { } axis) arguments["axis"] = axis.DeepClone();
            if (json["m"] is { } most) arguments["max_value"] = most.DeepClone();
            return json.Text("name") is "MaxNorm" or "NonNeg" or "UnitNorm"
                ? new JsonObject { ["class_name"] = json.Text("name"), ["config"] = arguments }
                : throw Refuse($"the constraint {json.ToJsonString()} of Keras 1 is not supported.");
        }

        void Merge()
        {
            string? mode = config.Text("mode");
            if (mode is null || !s_merges.TryGetValue(mode, out string? today))
                throw Refuse($"Merge with mode {config["mode"]?.ToJsonString() ?? "null"} of Keras 1 is not supported; {string.Join(", ", s_merges.Keys)} are.");
            if (config.ContainsKey("layers")) throw Refuse("a Merge of whole models is not supported, one in a functional model is.");
            layer["class_name"] = today;
            var merged = new JsonObject { ["name"] = config["name"]?.DeepClone() };
            if (mode == "concat" && config["concat_axis"] is { } axis) merged["axis"] = axis.DeepClone();
            layer["config"] = merged;
        }

        InvalidDataException Refuse(string what) => new($"{place}: {what}");
    }

    private static bool IsZero(JsonNode? value) => value is null || value is JsonValue number && number.TryGetValue(out double share) && share == 0;
}
