using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Layers;
using Unroll.Metrics;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.Tests.Configuration;

/// <summary>Everything registered against the configurations that Keras 3.4 and 3.15 wrote.</summary>
public sealed class CatalogTests
{
    // What is not there yet: files that have it are refused by name.
    private static readonly string[] Refused =
    [
        "stateful", "return_state",
    ];

    private static readonly JsonObject Fixtures =
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "keras_objects.json")))!.AsObject();

    [Fact]
    public void Layers_of_Keras_are_read_and_written_again() => RoundTrip(Catalog.Layers, "layers", atLeast: 50);

    [Fact]
    public void Optimizers_of_Keras_are_read_and_written_again() => RoundTrip(Catalog.Optimizers, "optimizers", atLeast: 28);

    [Fact]
    public void Losses_of_Keras_are_read_and_written_again() => RoundTrip(Catalog.Losses, "losses", atLeast: 5);

    [Fact]
    public void Metrics_of_Keras_are_read_and_written_again()
    {
        foreach (JsonNode? node in Fixtures["metrics"]!.AsArray())
            Assert.True(JsonNode.DeepEquals(Clean(node), Clean(Metric.FromKeras(node, "metrics").ToKeras())), node!.ToJsonString());
    }

    /// <summary>With its default arguments and, where it has them, with others.</summary>
    [Fact]
    public void Everything_registered_survives_its_own_configuration()
    {
        string[] layers =
        [
            "embedding(5, 2)", "embedding(5, 2, random_normal(0.1, 0.2), mask_zero=true, name=words)",
            "embedding(5, 2, embeddings_regularizer=l2(0.5), embeddings_constraint=max_norm(1, axis=1), trainable=false)",
            "simple_rnn(3)", "simple_rnn(3, relu, false, dropout=0.25, recurrent_dropout=0.5, dropout_generation=keras2)",
            "lstm(3)", "lstm(3, softsign, hard_sigmoid, unit_forget_bias=false, return_sequences=true)",
            "gru(3)", "gru(3, recurrent_activation=hard_sigmoid, reset_after=false, go_backwards=true)",
            "rnn(lstm_cell(3))", "rnn([gru_cell(3), simple_rnn_cell(2)], return_sequences=true)", "conv_lstm1d(3, 2)",
            "conv_lstm1d(3, 2, 1, same, dilation_rate=2, return_sequences=true, recurrent_activation=hard_sigmoid, unit_forget_bias=false)", "simple_rnn_cell(3, relu)", "lstm_cell(3, unit_forget_bias=false)",
            "gru_cell(3, reset_after=false)", "stacked_rnn_cells([lstm_cell(2)])",
            "dense(3)", "dense(3, sigmoid, false, he_normal, constant(0.5))",
            "lstm(3, kernel_regularizer=l1, recurrent_regularizer=l2, bias_regularizer=l1l2(0.1, 0.2), kernel_constraint=unit_norm, recurrent_constraint=max_norm, bias_constraint=non_neg)",
            "dense(3, kernel_regularizer=l1, bias_regularizer=l2, kernel_constraint=non_neg, bias_constraint=unit_norm)",
            "bidirectional(lstm(3))", "bidirectional(gru(3, return_sequences=true), mul, backward_layer=simple_rnn(3, return_sequences=true, go_backwards=true))",
            "time_distributed(dense(3))", "time_distributed(time_distributed(conv1d(3, 2)))", "bidirectional(rnn([lstm_cell(2), gru_cell(3)]))",
            "dropout(0.5)", "dropout(0.5, seed=3)", "spatial_dropout1d(0.25)", "masking", "masking(-1)",
            "global_average_pooling1d", "global_max_pooling1d", "activation(relu)", "flatten",
            "reshape([-1, 9])", "permute([2, 1])", "repeat_vector(3)", "zero_padding1d([1, 2])", "cropping1d(2)", "up_sampling1d(3)",
            "re_lu(6, 0.1, 0.2)", "leaky_re_lu(0.1)", "p_re_lu(shared_axes=[1])", "elu(0.5)", "softmax([1, 2])",
            "conv1d(3, 2, 1, causal, 2, 1, tanh, activity_regularizer=l2)", "depthwise_conv1d(3, 2, same, 2)", "separable_conv1d(3, 2, depth_multiplier=2)",
            "conv1d_transpose(3, 2, 2, same)", "max_pooling1d(3, 2, same)", "average_pooling1d", "adaptive_max_pooling1d(3)", "adaptive_average_pooling1d(3)", "batch_normalization(1, 0.9)", "layer_normalization([1, 2])",
            "rms_normalization", "unit_normalization(1)", "group_normalization(2)", "gaussian_noise(0.1)", "gaussian_dropout(0.1)", "alpha_dropout(0.1, seed=3)",
            "activity_regularization(0.1, 0.2)", "identity", "add", "subtract", "multiply", "average", "maximum",
            "minimum", "concatenate", "concatenate(1)",
            "dot(2)", "dot([2, 1], true)", "attention(true, concat)", "additive_attention(false)", "multi_head_attention(2, 3, 4, dropout=0.1)", "multi_head_attention(2, 3, output_shape=[5])",
            "einsum_dense('abc,cd->abd', [none, 8], elu(0.5), d)", "einsum_dense('...x,xy->...y', 8)", "dense(3, gelu(true))", "lstm(3, relu(max_value=6), softmax)", "activation(glu)",
            "dropout(0.5, noise_shape=[none, 1, 3])", "dense(3, activity_regularizer=l1)",
            "text_vectorization", "text_vectorization(1000, standardize=lower, split=character, ngrams=[1, 3], output_mode=tf_idf, pad_to_max_tokens=true)",
            "text_vectorization(standardize=none, split=none, output_sequence_length=20, vocabulary=[good, bad])",
            "string_lookup(100, num_oov_indices=3, mask_token=pad, salt=7)", "integer_lookup(vocabulary=[3, -4], mask_token=0, oov_method=farmhash, salt=[1, 2])",
            "hashing(10, salt=[1, 2], mask_value=none, output_mode=count)", "hashing(10, mask_value=3)", "hashed_crossing(10, output_mode=one_hot)",
            "category_encoding(4, output_mode=one_hot)", "discretization([0.5, 1])", "discretization(num_bins=3)", "normalization", "normalization([1, 2], mean=0.5, variance=[4, 9])",
            "normalization(none, invert=true)", "rescaling(0.5, 1)",
        ];
        string[] optimizers =
        [
            "sgd", "sgd(0.5, 0.9, true)", "rmsprop", "rmsprop(1, 0.8, 0.3, 1e-5, true)", "adam", "adam(0.01, 0.8, 0.99, 1e-4, true)",
            "adamw", "adamw(0.01, 0.1, 0.8, 0.99, 1e-4, true)", "adamax", "adamax(0.01, 0.8, 0.99, 1e-4)", "nadam", "nadam(0.01, 0.8, 0.99, 1e-4)",
            "adagrad", "adagrad(0.01, 0.2, 1e-4)", "adadelta", "adadelta(0.01, 0.9, 1e-4)",
            "sgd(cosine_decay(0.1, 10), weight_decay=0.1, clipnorm=2)", "sgd(global_clipnorm=2, use_ema=true, ema_momentum=0.9, ema_overwrite_frequency=3)", "adam(clipvalue=0.5)",
            "lion", "lion(0.01, 0.8, 0.95, name=mine)", "lamb", "lamb(0.01, 0.8, 0.99, 1e-4)", "ftrl", "ftrl(0.01, -0.7, 0.2, 0.01, 0.02, 0.03, 0.04)",
            "adafactor", "adafactor(0.01, -0.7, 1e-20, 0.01, 0.5, false)", "muon",
            "muon(0.01, adam_beta_1=0.8, adam_beta_2=0.99, epsilon=1e-5, exclude_layers=[head], muon_a=3, muon_b=-4, muon_c=2, adam_lr_ratio=0.5, momentum=0.8)",
            "muon(ns_steps=3, nesterov=false, exclude_embeddings=false, weight_decay=none, adam_weight_decay=none, rms_rate=none)",
            "sgd(gradient_accumulation_steps=4, loss_scale_factor=8, weight_decay=0.1, exclude_from_weight_decay=[bias, '^gru/'])", "sgd(momentum=1)", "adam(epsilon=0)",
        ];
        string[] schedules =
        [
            "exponential_decay(0.1, 10, 0.5)", "exponential_decay(0.1, 10, 0.5, true)", "inverse_time_decay(0.1, 10, 0.5, true)",
            "polynomial_decay(0.1, 10)", "polynomial_decay(0.1, 10, 0.01, 2, true)", "piecewise_constant_decay([5, 10], [0.1, 0.05, 1])",
            "cosine_decay(0.1, 10)", "cosine_decay(0.1, 10, 0.2, 0.3, 4)", "cosine_decay_restarts(0.1, 10)", "cosine_decay_restarts(0.1, 10, 3, 0.5, 0.1)",
            "cosine_decay_restarts(0.1, 10, 0.5)", "piecewise_constant_decay([5.5, 10], [0.1, 0.05, 1])",
        ];
        string[] metrics =
        [
            "binary_accuracy", "binary_accuracy(0.25, name=mine)", "categorical_accuracy", "sparse_categorical_accuracy",
            "accuracy", "top_k_categorical_accuracy(3)", "sparse_top_k_categorical_accuracy(3)",
            "auc", "auc(multi_label=true, label_weights=[0.5, 1], thresholds=[0.5])", "auc(100, PR, minoring, true)", "precision", "precision(0.25)", "precision([0.25, 0.5], 2, 1)", "recall", "recall(0.25, name=found)",
            "true_positives(0.25)", "false_positives",
            "true_negatives([0.25, 0.5])", "false_negatives", "sensitivity_at_specificity(0.5, 20, 1)", "specificity_at_sensitivity(0.5)", "precision_at_recall(0.5)",
            "recall_at_precision(0.5)", "f1_score(macro, 0.5)", "fbeta_score(weighted, 2)", "io_u(3, [0, 2])", "binary_io_u([1], 0.25)", "mean_io_u(3, sparse_y_pred=false)",
            "one_hot_io_u(3, [1])", "one_hot_mean_io_u(3)", "mean", "sum", "root_mean_squared_error", "r2_score(none)", "r2_score(variance_weighted_average, 1)",
            "cosine_similarity(axis=0)", "pearson_correlation(axis=0)", "concordance_correlation", "log_cosh_error",
            "binary_crossentropy(true, 0.1)", "categorical_crossentropy", "sparse_categorical_crossentropy", "mse", "mae(name=error)",
            "mape", "msle", "huber(0.5)", "logcosh", "poisson", "hinge", "squared_hinge", "categorical_hinge", "binary_focal_crossentropy(true, 0.5)",
            "categorical_focal_crossentropy(0.5)", "categorical_generalized_cross_entropy(0.25)", "kld", "dice(axis=0)", "tversky(0.25, 0.75)", "circle(40, 0.25)", "ctc", "crossentropy",
        ];
        string[] losses =
        [
            "binary_crossentropy", "binary_crossentropy(true, 0.1)", "categorical_crossentropy", "categorical_crossentropy(true, 0.1)",
            "sparse_categorical_crossentropy", "sparse_categorical_crossentropy(true, -1)", "mse", "mae(reduction=sum)",
            "mape", "msle(reduction=none)", "huber(0.5)", "logcosh", "poisson", "hinge", "squared_hinge", "categorical_hinge", "binary_focal_crossentropy(true, 0.5, 1, true, 0.1, 1)",
            "categorical_focal_crossentropy(0.5, 1, true, 0.1, 1)", "categorical_generalized_cross_entropy(0.25)", "kld(reduction=mean_with_sample_weight)", "cosine_similarity(axis=0)",
            "dice(axis=0)", "tversky(0.25, 0.75, 0)", "circle(40, 0.25, false)", "ctc", "crossentropy",
        ];
        string[] initializers =
        [
            "zeros", "ones", "constant(0.25)", "random_uniform(-1, 1)", "random_normal(1, 2)", "truncated_normal(1, 2)",
            "variance_scaling(2, fan_avg, uniform)", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform",
            "lecun_normal", "orthogonal(2)", "identity(3)",
        ];
        string[] callbacks =
        [
            "early_stopping", "early_stopping(loss, 0.5, 2, 1, min, 0.25, true, 3)", "reduce_lr_on_plateau", "ReduceLROnPlateau(loss, 0.5, 2, 1, max, 0.25, 3, 1e-4)",
            "model_checkpoint(a.keras)", "model_checkpoint('b/{epoch}.weights.h5', loss, 1, true, true, min, 5, 0.5)", "csv_logger(log.csv)", "csv_logger('a b', ';', true)",
            "tensor_board", "tensorboard(runs, update_freq=batch, write_steps_per_second=true)", "terminate_on_nan", "terminate_on_nan(true)",
            "backup_and_restore(backup)", "backup_and_restore(backup, 7, true, false)", "swap_ema_weights", "swap_ema_weights(true)",
        ];
        Survives(Catalog.Layers, layers);
        Survives(Catalog.Optimizers, optimizers);
        Survives(Catalog.Losses, losses);
        Survives(Catalog.Regularizers, ["l1", "l1(0.5)", "l2", "l2(0.5)", "l1l2", "l1_l2(0.5, 0.25)", "orthogonal_regularizer(0.1, columns)"]);
        Survives(Catalog.Constraints, ["max_norm", "max_norm(1.5, 1)", "unit_norm(1)", "non_neg", "min_max_norm(0.5, 2, 0.25, 1)", "max_norm(1, [0, 1])"]);
        Survives(Catalog.Schedules, schedules);
        Survives(Catalog.Metrics, metrics);
        Survives(Catalog.Initializers, initializers);
        Survives(Catalog.Callbacks, callbacks);
    }

    [Theory]
    [InlineData("dtype", "\"float16\"", "layers[3]: LSTM: argument 'dtype' is 'float16'; Unroll computes in float32. In Keras, ")]
    [InlineData("dtype", """{"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float64"}}""", "layers[3]: LSTM: argument 'dtype' is 'float64'; Unroll computes in float32.")]
    [InlineData("time_major", "true", "layers[3]: LSTM: argument 'time_major' is true; here it can only be false.")]
    [InlineData("wheels", "4", "layers[3]: LSTM: argument 'wheels' is unknown.")]
    [InlineData("quantization_config", "{}", "layers[3]: LSTM: argument 'quantization_config' is {}; here it can only be none.")]
    [InlineData("units", "0", "layers[3]: LSTM: argument 'units' is 0; it must be 1 or more.")]
    [InlineData("units", "null", "layers[3]: LSTM: argument 'units' is missing;")]
    [InlineData("units", "\"many\"", "layers[3]: LSTM: argument 'units' is 'many'; it must be a whole number.")]
    [InlineData("activation", "\"swoosh\"", "layers[3]: Activation 'swoosh' is unknown")]
    [InlineData("kernel_initializer", """{"class_name": "__lambda__", "config": {}}""", "layers[3]: LSTM: argument 'kernel_initializer' is a __lambda__; it must be")]
    [InlineData("kernel_initializer", """{"class_name": "Zeros", "config": 3}""", "layers[3]: LSTM: argument 'kernel_initializer' is a Zeros; it must be")]
    public void Values_that_files_can_not_have_are_refused(string argument, string value, string message)
    {
        JsonObject json = Lstm();
        json["config"]![argument] = JsonNode.Parse(value);
        Assert.StartsWith(message, Assert.Throws<InvalidDataException>(() => Catalog.Layers.FromKeras(json, "layers[3]")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"module": "my.own", "class_name": "LSTM", "config": {"units": 3}}""", "x: 'LSTM' belongs to the module 'my.own'")]
    [InlineData("""{"module": "keras.layers", "class_name": "Conv2D", "config": {}}""", "x: Layer 'Conv2D' is unknown")]
    [InlineData("""{"class_name": "__lambda__", "config": {}}""", "x: '__lambda__' holds code")]
    [InlineData("""{"class_name": 3}""", "x: \"class_name\" must be the name of a class.")]
    [InlineData("3", "x: Expected a name")]
    [InlineData("null", "x: Expected a name")]
    public void Foreign_and_malformed_objects_are_refused(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<InvalidDataException>(() => Catalog.Layers.FromKeras(JsonNode.Parse(json), "x")).Message, StringComparison.Ordinal);

    [Fact]
    public void Files_may_have_entries_without_effect()
    {
        JsonObject json = Lstm();
        json["config"]!["quantization_config"] = null;
        json["config"]!["time_major"] = false;
        json["config"]!["use_cudnn"] = "auto";
        json["config"]!["implementation"] = 2;
        json["config"]!["kernel_initializer"] = JsonNode.Parse("""{"class_name": "Zeros", "config": {"of_the_future": 3}}""");
        Assert.Equal(3, ((LSTM)Catalog.Layers.FromKeras(json, "x")).Units);

        // What people write is checked more strictly: an unknown name is a slip.
        Assert.Throws<ArgumentException>(() => Catalog.CreateLayer(ObjectConfig.Parse("lstm(3, implementation=2)")));
        Assert.Throws<ArgumentException>(() => Catalog.CreateLayer(ObjectConfig.FromNode(json)));
    }

    [Fact]
    public void Keras_2_forms_are_read()
    {
        Assert.Equal(0.002, Catalog.Optimizers.FromKeras(JsonNode.Parse(
            """{"class_name": "Custom>Adam", "config": {"name": "Adam", "learning_rate": 0.002, "decay": 0.0, "beta_1": 0.9, "amsgrad": false}}"""), "x").LearningRate);
        var dense = (Dense)Catalog.Layers.FromKeras(JsonNode.Parse(
            """
            {"class_name": "Dense", "config": {"name": "dense_7", "trainable": true, "batch_input_shape": [null, 3], "dtype": "float32", "units": 2,
             "activation": {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "relu"},
             "kernel_initializer": {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": null}}}}
            """), "x");
        Assert.Equal(("dense_7", "relu"), (dense.Name, dense.Activation.Name));
        Assert.Equal(Catalog.Initializers.Create(ObjectConfig.Parse("variance_scaling(1, fan_avg, uniform)")), dense.KernelInitializer);
    }

    /// <summary>Keras 2.0 wrote the dtype of the ids.</summary>
    [Fact]
    public void An_embedding_may_have_integers() => Assert.Equal(7, ((Embedding)Catalog.Layers.FromKeras(JsonNode.Parse(
        """{"class_name": "Embedding", "config": {"input_dim": 7, "output_dim": 2, "input_length": 5, "dtype": "int32"}}"""), "x")).InputDim);

    /// <summary>Keras refuses an integer as learning rate and any entry that it does not know.</summary>
    [Fact]
    public void What_is_written_is_what_Keras_takes()
    {
        Assert.Contains("\"learning_rate\":1.0,", Catalog.Optimizers.ToKeras(new RMSprop(1)).ToJsonString(), StringComparison.Ordinal);
        JsonObject json = Catalog.Layers.ToKeras(new LSTM(3) { DropoutGeneration = DropoutGeneration.Keras2 });
        Assert.False(json["config"]!.AsObject().ContainsKey("dropout_generation"));
        Assert.Equal(DropoutGeneration.Keras2, ((LSTM)Catalog.Layers.FromKeras(json, "x")).DropoutGeneration);
    }

    [Fact]
    public void A_built_layer_knows_its_input_shape()
    {
        var model = new Sequential { new Embedding(20, 4), new LSTM(3), new Dense(1) };
        model.Build(7);
        Assert.Equal(["[null,7]", "[null,7,4]", "[null,3]"], model.Layers.Select(layer => Catalog.Layers.ToKeras(layer)["build_config"]!["input_shape"]!.ToJsonString()));
    }

    [Fact]
    public void Names_are_kept_and_unique()
    {
        Layer[] layers = [.. ObjectConfig.ParseList("embedding(5, 2), dense(2, name=dense_1), dense(2), dense(2), dense(2)").Select(config => Catalog.CreateLayer(config))];
        var model = new Sequential();
        foreach (Layer layer in layers) model.Add(layer);
        Assert.Equal(["embedding", "dense_1", "dense_2", "dense_3", "dense_4"], model.Layers.Select(layer => layer.Name));
        Layer twin = Catalog.CreateLayer(ObjectConfig.Parse("dense(2, name=dense_1)"));
        Assert.StartsWith("The name 'dense_1' is taken", Assert.Throws<ArgumentException>(() => model.Add(twin)).Message, StringComparison.Ordinal);
    }

    private static JsonObject Lstm() => Catalog.Layers.ToKeras(new LSTM(3));

    private static void RoundTrip<T>(Catalog<T> kind, string fixtures, int atLeast) where T : Configurable
    {
        int read = 0;
        foreach (JsonNode? node in Fixtures[fixtures]!.AsArray())
        {
            string name = node is JsonObject ? (string)node["class_name"]! : (string)node!;
            if (kind.Find(name) is null || HasUnknownClass(node)) continue;
            T value;
            try
            {
                value = kind.FromKeras(node, fixtures);
            }
            catch (InvalidDataException exception)
            {
                Assert.True(Refused.Any(argument => exception.Message.Contains($"'{argument}'", StringComparison.Ordinal)), exception.Message);
                continue;
            }

            read++;
            JsonNode expected = node is JsonObject ? Clean(node)! : Clean(kind.ToKeras(kind.FromKeras(node, fixtures)))!;
            JsonNode actual = Clean(kind.ToKeras(value))!;
            Assert.True(JsonNode.DeepEquals(expected, actual), $"{actual}\ninstead of\n{expected}");
        }

        Assert.True(read >= atLeast, $"Only {read} {fixtures} were read.");
    }

    private static void Survives<T>(Catalog<T> kind, string[] texts) where T : Configurable
    {
        foreach (string text in texts)
        {
            T value = kind.Create(ObjectConfig.Parse(text));
            JsonObject written = kind.ToKeras(value);
            T again = kind.FromKeras(JsonNode.Parse(written.ToJsonString()), "x");
            Assert.Equal(written.ToJsonString(), kind.ToKeras(again).ToJsonString());
            Assert.NotSame(value, again);
        }

        Assert.Equal(kind.Entries, texts.Select(text => kind.Find(ObjectConfig.Parse(text).Type)).Distinct());
    }

    private static bool HasUnknownClass(JsonNode? node) => node switch
    {
        JsonObject json => (json["class_name"] is { } name && (string)name! != "DTypePolicy" && Catalog.Layers.Find((string)name!) is null
            && Catalog.Initializers.Find((string)name!) is null && Catalog.Optimizers.Find((string)name!) is null && Catalog.Losses.Find((string)name!) is null && Catalog.Schedules.Find((string)name!) is null
            && Catalog.Regularizers.Find((string)name!) is null && Catalog.Constraints.Find((string)name!) is null)
            || json.Any(member => HasUnknownClass(member.Value)),
        JsonArray array => array.Any(HasUnknownClass),
        _ => false,
    };

    /// <summary>Leaves out what changes no meaning, and what only a built layer has.</summary>
    private static JsonNode? Clean(JsonNode? node)
    {
        if (node is not JsonObject json) return node?.DeepClone();
        var clean = new JsonObject();
        foreach ((string key, JsonNode? value) in json)
        {
            if (key is "quantization_config" or "build_config" or "unroll_config" || (key is "module" or "registered_name" && json["class_name"] is not null)) continue;
            clean[key] = key == "class_name" && (string)value! == "OrthogonalInitializer" ? "Orthogonal" : Clean(value);
        }

        return clean;
    }
}
