using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Unroll.Classification;
using Unroll.Layers;
using Unroll.Preprocessing;
using Unroll.Random;
using Unroll.Text;

namespace Unroll.Studies;

/// <summary>
/// Texts of one's own as ids: 0 fills, 1 is a word that the vocabulary does not have, the words follow, the most frequent first.
/// The vocabulary is that of the training texts.
/// </summary>
/// <param name="Labels">The classes, in the order of their numbers.</param>
/// <param name="XTrain">Training rows, in an order by chance: a validation split takes the last ones.</param>
/// <param name="YTrain">Their classes.</param>
/// <param name="XTest">Test rows.</param>
/// <param name="YTest">Their classes.</param>
/// <param name="CutShare">Share of the training texts that were longer.</param>
/// <param name="OovShare">Share of their words that are not in the vocabulary.</param>
/// <param name="Hash">Of all texts and labels, whatever file they lie in.</param>
/// <param name="Notes">What was found in them.</param>
internal sealed record OwnTexts(
    IReadOnlyList<string> Labels, int[,] XTrain, int[] YTrain, int[,] XTest, int[] YTest, double CutShare, double OovShare, string Hash, IReadOnlyList<string> Notes)
{
    public const int FirstWord = 2;

    private const int Unknown = 1;

    /// <exception cref="ArgumentException">There is no such column, or the texts can't be trained on; the message says why.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static OwnTexts Load(DatasetDesign design)
    {
        (LabeledTexts train, LabeledTexts test, IReadOnlyList<string> labels, TextDataCheck check) = Read(design.Texts!);
        string[][] trainWords = Array.ConvertAll(train.Texts, Words), testWords = Array.ConvertAll(test.Texts, Words);
        string[] vocabulary = WordCounts.Of(train.Texts, new TextClassifierOptions { MaxWords = design.NumWords, MinCount = 1 }).Vocabulary;
        Dictionary<string, int> ids = vocabulary.Select((word, i) => (word, i)).ToDictionary(entry => entry.word, entry => entry.i + FirstWord, StringComparer.Ordinal);
        int[][] rows = Array.ConvertAll(trainWords, Ids);
        LabelEncoder encoder = LabelEncoder.FromClasses(labels);
        long all = rows.Sum(row => (long)row.Length), unknown = rows.Sum(row => (long)row.Count(id => id == Unknown));
        return new OwnTexts(
            labels, Pad(rows), encoder.Transform(train.Labels), Pad(Array.ConvertAll(testWords, Ids)), encoder.Transform(test.Labels),
            (double)rows.Count(row => row.Length > design.MaxLen) / rows.Length, all == 0 ? 0 : (double)unknown / all, HashOf(train, test), check.Notes);

        int[] Ids(string[] words) => Array.ConvertAll(words, word => ids.GetValueOrDefault(word, Unknown));
        int[,] Pad(int[][] sequences) => Sequences.Pad(sequences, design.Padding, design.Truncating, design.MaxLen);
    }

    /// <summary>The texts to train and to test on, and the classes.</summary>
    public static (LabeledTexts Train, LabeledTexts Test, IReadOnlyList<string> Labels, TextDataCheck Check) Read(TextsDesign texts)
    {
        var options = new TextClassifierOptions { Test = texts.Test, TestShare = texts.TestShare, Separator = texts.Separator, Seed = texts.SplitSeed };
        (LabeledTexts data, LabeledTexts? given) = ClassifierData.Read(texts.Path, texts.Text, texts.Label, options);
        ClassifierData split = ClassifierData.Of(data, options, given);
        int[] order = [.. Enumerable.Range(0, split.Train.Count)];
        new Philox(texts.SplitSeed, RandomPurpose.TrainTestSplit).Shuffle<int>(order); // a file is often sorted by its labels
        LabeledTexts train = new(Rows.Take(split.Train.Texts, order), Rows.Take(split.Train.Labels, order), Rows.Take(split.Train.Lines, order));
        return (train, split.Test, split.Labels, split.Check);
    }

    private static string[] Words(string text) => [.. TextTokens.Split(TextTokens.Standardize(text, TextStandardization.LowerAndStripPunctuation), TextSplitting.Whitespace)];

    private static string HashOf(params ReadOnlySpan<LabeledTexts> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (LabeledTexts part in parts)
        {
            foreach (string text in part.Texts.Concat(part.Labels))
            {
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
                hash.AppendData(length);
                hash.AppendData(bytes);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
