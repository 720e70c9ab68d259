using System.Text.Json.Nodes;
using Unroll.Callbacks;
using Unroll.Configuration;
using Unroll.Metrics;
using Xunit;

namespace Unroll.Tests.Callbacks;

/// <summary>Callbacks by name.</summary>
public class CallbackTextTests
{
    /// <summary>The recorded cases hold Keras' own arguments: read by name they must say what the properties say.</summary>
    [Theory]
    [InlineData("monitored.json", 40)]
    [InlineData("trained.json", 10)]
    public void Arguments_of_Keras_are_those_of_the_properties(string file, int atLeast)
    {
        int read = 0;
        foreach (JsonObject json in CallbackCase.Load(file))
        {
            string name = (string)json["callback"]!;
            if (Catalog.Callbacks.Find(name) is null || json["arguments"] is not JsonObject given || json["error"] is not null) continue;
            Dictionary<string, JsonNode?> arguments = given.ToDictionary();
            if (name is "ModelCheckpoint" or "EarlyStopping" or "ReduceLROnPlateau") arguments.TryAdd("monitor", json["monitored_key"]);
            if (arguments.TryGetValue("filepath", out JsonNode? path)) arguments["filepath"] = Path.Combine("here", (string)path!);
            if (name == "CSVLogger") arguments["filename"] = Path.Combine("here", "log.csv");
            if (name == "BackupAndRestore") arguments["backup_dir"] = "here";
            Callback made = Catalog.Callbacks.Create(new ObjectConfig(name, [], arguments));
            Callback expected = new CallbackCase(json, "here").Create();
            Assert.Equal(Catalog.Callbacks.ToKeras(expected).ToJsonString(), Catalog.Callbacks.ToKeras(made).ToJsonString());
            read++;
        }

        Assert.True(read >= atLeast, $"Only {read} cases were read.");
    }

    [Fact]
    public void A_text_is_a_callback()
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        History history = CallbackCase.NewModel().Fit(x, y, epochs: 9, verbose: 0, callbacks: ["early_stopping(monitor=loss, min_delta=10, patience=2)"]);
        Assert.Equal(3, history.Epochs.Count);
    }

    [Theory]
    [InlineData("epoch", null)]
    [InlineData("none", null)]
    [InlineData("batch", 1)]
    [InlineData("5", 5)]
    public void Frequencies_are_words_or_numbers(string text, int? batches)
    {
        Assert.Equal(batches, ((TensorBoard)Callback.FromName($"tensor_board(update_freq={text})")).UpdateFreq);
        Assert.Equal(batches, ((ModelCheckpoint)Callback.FromName($"model_checkpoint(a.keras, save_freq={text})")).SaveFreq);
    }

    [Theory]
    [InlineData("early_stoping", "Callback 'early_stoping' is unknown; did you mean 'EarlyStopping'?")]
    [InlineData("early_stopping(patence=2)", "EarlyStopping: argument 'patence' is unknown; did you mean 'patience'?")]
    [InlineData("reduce_lr_on_plateau(factor=1)", "ReduceLROnPlateau: argument 'factor' is 1; it must be at least 0 and below 1.")]
    [InlineData("model_checkpoint", "ModelCheckpoint: argument 'filepath' is missing;")]
    [InlineData("backup_and_restore", "BackupAndRestore: argument 'backup_dir' is missing;")]
    [InlineData("csv_logger(a.csv, separator=7)", "CSVLogger: argument 'separator' is 7; it must be a name.")]
    [InlineData("tensor_board(update_freq=often)", "TensorBoard: argument 'update_freq' is 'often'; it must be a number of batches, batch or epoch.")]
    [InlineData("tensor_board(update_freq=0)", "TensorBoard: argument 'update_freq' is 0; it must be 1 or more.")]
    public void Mistakes_are_explained(string text, string message) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(() => Callback.FromName(text)).Message, StringComparison.Ordinal);

    /// <summary>All but those that are made of functions, and the progress display.</summary>
    [Fact]
    public void Everything_that_can_be_text_is_registered() =>
        Assert.Equal(
            typeof(Callback).Assembly.GetTypes().Where(type => type is { IsAbstract: false, IsPublic: true } && type.IsAssignableTo(typeof(Callback)))
                .Select(type => type.Name).Except([nameof(LambdaCallback), nameof(LearningRateScheduler)]).Order(StringComparer.Ordinal),
            Catalog.Callbacks.Names.Order(StringComparer.Ordinal));

    [Fact]
    public void Those_that_write_files_say_so() =>
        Assert.Equal(
            ["BackupAndRestore", "CSVLogger", "ModelCheckpoint", "TensorBoard"],
            ((string[])["early_stopping", "reduce_lr_on_plateau", "model_checkpoint(a)", "csv_logger(a)", "tensor_board", "terminate_on_nan", "backup_and_restore(a)", "swap_ema_weights"])
                .Select(Callback.FromName).Where(callback => callback.WritesFiles).Select(callback => callback.GetType().Name).Order(StringComparer.Ordinal));

    /// <summary>Keras 3 asks each metric for its direction.</summary>
    [Fact]
    public void Every_metric_knows_whether_more_of_it_is_better()
    {
        string[] lower = [.. Unroll.Losses.Loss.Catalog.Names.Except(["cosine_similarity"]), "false_positives", "false_negatives", "root_mean_squared_error", "log_cosh_error"];
        string[] unknown = ["mean", "sum"];
        string[] withArguments =
        [
            "sensitivity_at_specificity(0.5)", "specificity_at_sensitivity(0.5)", "precision_at_recall(0.5)", "recall_at_precision(0.5)", "io_u(2, [0])", "mean_io_u(2)",
            "one_hot_io_u(2, [0])", "one_hot_mean_io_u(2)",
        ];
        foreach (string name in Metric.Catalog.Names.Prepend("acc"))
        {
            string text = withArguments.FirstOrDefault(text => text.StartsWith(name + "(", StringComparison.Ordinal)) ?? name;
            Assert.True(Metric.FromName(text).IsHigherBetter == (unknown.Contains(name) ? null : !lower.Contains(name)), name);
        }
    }
}
