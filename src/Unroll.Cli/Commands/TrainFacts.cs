using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Unroll.Datasets;

namespace Unroll.Cli.Commands;

/// <summary>All that the weights of a training on reviews depend on, in the words of the options: a training goes on only from a backup with the same.</summary>
internal static class TrainFacts
{
    public static IReadOnlyDictionary<string, string> Of(TrainSettings settings, Dataset data, string version)
    {
        SettingsReport said = SettingsReport.Of(settings);
        return new Dictionary<string, string>
        {
            ["the version of Unroll"] = version,
            ["the data set"] = data.Name,
            ["--num-words"] = Text(said.NumWords),
            ["--max-len"] = Text(said.MaxLen),
            ["--padding"] = said.Padding,
            ["--truncating"] = said.Truncating,
            ["--train-count"] = Text(data.Train.Count),
            ["--test-count"] = Text(data.Test.Count),
            ["--model"] = said.Model,
            ["--optimizer"] = said.Optimizer,
            ["--batch-size"] = Text(said.BatchSize),
            ["--epochs"] = Text(said.MaxEpochs),
            ["--callbacks"] = said.Callbacks ?? "none",
            ["--validation-split"] = Text(said.ValidationSplit),
            ["--validate-on-test"] = Text(said.ValidateOnTest),
            ["--seed"] = Text(settings.Seed),
            ["the reviews (SHA-256)"] = Hash(data),
        };

        static string Text(IConvertible value) => value.ToString(CultureInfo.InvariantCulture);
    }

    private static string Hash(Dataset data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(Ids(data.XTrain));
        Append(data.YTrain);
        Append(Ids(data.XTest));
        Append(data.YTest);
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Append(ReadOnlySpan<int> values) => hash.AppendData(MemoryMarshal.AsBytes(values));
        static ReadOnlySpan<int> Ids(int[,] rows) => MemoryMarshal.CreateReadOnlySpan(in rows[0, 0], rows.Length);
    }
}
