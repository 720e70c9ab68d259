using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Unroll.Optimizers;
using Unroll.Saving;
using Unroll.Text;

namespace Unroll.Classification;

/// <summary>All that the weights of a classifier depend on, by the names that users know: a training goes on only from a backup with the same.</summary>
internal static class BackupFacts
{
    public static IReadOnlyDictionary<string, string> Of(TextClassifierOptions options, int words, IReadOnlyList<string> labels, params ReadOnlySpan<LabeledTexts> texts)
    {
        var facts = new Dictionary<string, string> { ["the version of Unroll"] = ModelWriter.UnrollVersion };
        Add(nameof(options.Seed), options.Seed);
        Add(nameof(options.Epochs), options.Epochs);
        Add(nameof(options.Patience), options.Patience);
        Add(nameof(options.BatchSize), options.BatchSize);
        Add(nameof(options.MaxWords), options.MaxWords);
        Add(nameof(options.MinCount), options.MinCount);
        Add(nameof(options.MaxLength), options.MaxLength);
        Add(nameof(options.Standardize), options.Standardize);
        Add(nameof(options.Split), options.Split);
        Add(nameof(options.ClassWeights), options.ClassWeights);
        Add(nameof(options.Test), options.Test is null ? null : "a file");
        if (options.Test is null) Add(nameof(options.TestShare), options.TestShare);
        Add(nameof(options.ValidationShare), options.ValidationShare);
        Add(nameof(options.LabelSeparator), options.LabelSeparator);
        Add(nameof(options.DropDuplicates), options.DropDuplicates);
        Add(nameof(options.Callbacks), string.Join(", ", options.Callbacks.Select(Of)));
        foreach (ClassifierNetwork network in ClassifierNetwork.Of(options))
        {
            Optimizer optimizer = options.Optimizer?.Invoke() ?? network.Optimizer();
            facts[$"the optimizer of {network.Name}"] = Catalog.Optimizers.ToKeras(optimizer).ToJsonString();
            facts[$"the network {network.Name}"] = string.Join(' ', network.Stack(words, labels.Count, options.LabelSeparator is not null).Select(layer => ModelConfig.WriteLayer(layer).ToJsonString()));
        }

        facts["what was made of the texts (SHA-256)"] = Hash(labels, texts);
        return facts;

        void Add(string name, object? value) => facts[name] = Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "not given";
    }

    /// <summary>One's own callbacks are known by their class alone.</summary>
    private static string Of(Callback callback) =>
        Catalog.Callbacks.Find(callback.GetType().Name)?.IsClassOf(callback) == true ? $"{callback.GetType().Name} {Catalog.Callbacks.ToKeras(callback)["config"]!.ToJsonString()}" : callback.GetType().Name;

    private static string Hash(IReadOnlyList<string> labels, ReadOnlySpan<LabeledTexts> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(labels);
        foreach (LabeledTexts part in texts)
        {
            Append(part.Texts);
            Append(part.Labels);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Append(IReadOnlyList<string> all)
        {
            Span<byte> length = stackalloc byte[sizeof(int)];
            foreach (string text in all)
            {
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
                hash.AppendData(length);
                hash.AppendData(bytes);
            }
        }
    }
}
