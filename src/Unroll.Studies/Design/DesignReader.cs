using System.Globalization;
using System.Text.Json;
using Unroll.Configuration;
using Unroll.Losses;
using Unroll.Metrics;

namespace Unroll.Studies;

/// <summary>Makes a typed design of the members dataset, training and model.</summary>
internal static class DesignReader
{
    /// <param name="node">The members.</param>
    /// <param name="file">What errors call the document.</param>
    /// <param name="folder">What relative paths of data begin at.</param>
    public static StudyDesign Read(SourceNode node, string file, string folder)
    {
        var reader = new SourceReader(node, "", file);
        SourceNode datasetNode = reader.Require("dataset", "write \"dataset\": { \"name\": \"imdb\", \"numWords\": 1000, \"maxLen\": 80 }.");
        DatasetDesign dataset = ReadDataset(new SourceReader(datasetNode, "dataset", file), folder);
        SourceNode trainingNode = reader.Require("training", "write \"training\": { \"optimizer\": \"adam\", \"epochs\": 5 }.");
        TrainingDesign training = ReadTraining(new SourceReader(trainingNode, "training", file), file);
        SourceNode modelNode = reader.Require("model", "write \"model\": [ \"embedding(output_dim=8)\", \"lstm(8)\", \"dense(1, activation=sigmoid)\" ].");
        return new StudyDesign(dataset, training, ReadModel(modelNode, dataset, file));
    }

    private static DatasetDesign ReadDataset(SourceReader reader, string folder)
    {
        TextsDesign? texts = TextsDesign.Read(reader, folder);
        string name = texts?.FileName ?? reader.String("name", "imdb", "imdb", "synthetic", "auto");
        reader.Require("numWords", "the size of the vocabulary, for example 1000.");
        int numWords = reader.Integer("numWords", 0, 4);
        reader.Require("maxLen", "the length of every sequence in tokens, for example 80.");
        int maxLen = reader.Integer("maxLen", 0, 1);
        string padding = reader.String("padding", "pre", "pre", "post");
        string truncating = reader.String("truncating", "pre", "pre", "post");
        reader.Finish();
        return new DatasetDesign(name, numWords, maxLen, padding, truncating) { Texts = texts };
    }

    private static TrainingDesign ReadTraining(SourceReader reader, string file)
    {
        SourceNode? optimizerNode = reader.Find("optimizer");
        ObjectConfig optimizer = optimizerNode is null ? new ObjectConfig("adam") : ToConfig(optimizerNode, "training.optimizer", file);
        Check(optimizerNode, "training.optimizer", file, () => Catalog.Optimizers.Create(optimizer));
        string loss = reader.String("loss", "binary_crossentropy");
        Check(reader.Find("loss"), "training.loss", file, () => Loss.FromName(loss));
        IReadOnlyList<string> metrics = reader.Find("metrics") is null ? ["accuracy"] : reader.Strings("metrics");
        Check(reader.Find("metrics"), "training.metrics", file, () => new Sequential().Compile("adam", loss, [.. metrics.Select(Metric.FromName)]));
        int batchSize = reader.Integer("batchSize", 32, 1);
        reader.Require("epochs", "the number of passes over the training data, for example 5.");
        int epochs = reader.Integer("epochs", 0, 1);
        (ValidationKind validation, double split) = ReadValidation(reader);
        SourceNode? callbacksNode = reader.Find("callbacks");
        ObjectConfig[] callbacks = callbacksNode is null ? [] : ReadCallbacks(callbacksNode, file);
        reader.Finish();
        return new TrainingDesign(optimizer, loss, metrics, batchSize, epochs, validation, split) { Callbacks = callbacks };
    }

    private static ObjectConfig[] ReadCallbacks(SourceNode node, string file)
    {
        const string Path = "training.callbacks";
        if (node.Kind != JsonValueKind.Array)
            throw SourceReader.Error(file, node, Path, $"expected a list such as [ \"early_stopping(patience=2)\" ], found {SourceReader.Describe(node)}.");
        var callbacks = new ObjectConfig[node.Items.Count];
        for (int i = 0; i < callbacks.Length; i++)
        {
            SourceNode item = node.Items[i];
            string path = $"{Path}[{i}]";
            ObjectConfig config = callbacks[i] = ToConfig(item, path, file, "\"early_stopping(patience=2)\"");
            bool writesFiles = false;
            Check(item, path, file, () => writesFiles = Catalog.Callbacks.Create(config).WritesFiles);
            if (writesFiles)
            {
                throw SourceReader.Error(
                    file, item, path, $"{config.Type} writes files that all trials would share; a study keeps the values of every epoch itself. Leave it out.");
            }
        }

        return callbacks;
    }

    private static (ValidationKind Kind, double Split) ReadValidation(SourceReader reader)
    {
        const string Remedy = "write { \"split\": 0.2 }, \"test\" or \"none\".";
        SourceNode? node = reader.Find("validation");
        switch (node)
        {
            case null or { Kind: JsonValueKind.String, Text: "none" }:
                return (ValidationKind.None, 0);
            case { Kind: JsonValueKind.String, Text: "test" }:
                return (ValidationKind.Test, 0);
            case { Kind: JsonValueKind.Object }:
                SourceReader inner = reader.Object("validation")!;
                SourceNode at = inner.Require("split", Remedy);
                double split = inner.Number("split")!.Value;
                inner.Finish();
                if (split is <= 0 or >= 1)
                    throw inner.Error("split", at, $"{split.ToString(CultureInfo.InvariantCulture)} is not a share between 0 and 1, both excluded; Keras' examples use 0.2.");
                return (ValidationKind.Split, split);
            default:
                throw reader.Error("validation", node, $"found {SourceReader.Describe(node)}; {Remedy}");
        }
    }

    private static ObjectConfig[] ReadModel(SourceNode node, DatasetDesign dataset, string file)
    {
        if (node.Kind != JsonValueKind.Array || node.Items.Count == 0)
            throw SourceReader.Error(file, node, "model", $"expected a list of at least one layer, found {(node.Kind == JsonValueKind.Array ? "an empty list" : SourceReader.Describe(node))}.");
        var layers = new ObjectConfig[node.Items.Count];
        var model = new Sequential();
        for (int i = 0; i < layers.Length; i++)
        {
            string path = $"model[{i}]";
            ObjectConfig layer = layers[i] = ToConfig(node.Items[i], path, file);
            Check(node.Items[i], path, file, () => model.Add(Catalog.CreateLayer(layer, dataset.NumWords)));
        }

        Check(node, "model", file, () => model.Build(dataset.MaxLen)); // do the layers fit each other?
        return layers;
    }

    private static ObjectConfig ToConfig(
        SourceNode node, string path, string file, string example = "\"lstm(16)\" or { \"type\": \"LSTM\", \"units\": 16 }")
    {
        if (node.Kind is not (JsonValueKind.String or JsonValueKind.Object))
            throw SourceReader.Error(file, node, path, $"expected {example}, found {SourceReader.Describe(node)}.");
        try
        {
            return ObjectConfig.FromNode(node.ToJsonNode());
        }
        catch (FormatException error)
        {
            throw SourceReader.Error(file, node, path, error.Message);
        }
    }

    /// <summary>Makes the object once, so that a mistake in a design is seen before anything is spent.</summary>
    private static void Check(SourceNode? node, string path, string file, Action create)
    {
        try
        {
            create();
        }
        catch (ArgumentException error) when (node is not null)
        {
            throw SourceReader.Error(file, node, path, ErrorText.Of(error));
        }
    }
}
