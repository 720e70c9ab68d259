using Unroll.Layers;
using Unroll.Saving;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>
/// Files in the form of Keras 1.2, made by h5py out of those that Keras 3 wrote, whose predictions were recorded: every gate in
/// arrays of its own, and the old words.
/// </summary>
public sealed class Keras1FileTests : IDisposable
{
    private const string Rewrite = """
        import sys, json, h5py, numpy as np
        source, target, version = sys.argv[1:4]
        changes = json.loads(sys.argv[4]) if len(sys.argv) > 4 else {}
        old, new = h5py.File(source, 'r'), h5py.File(target, 'w')
        def text(value): return np.array(value.encode())
        def texts(values): return np.array([v.encode() for v in values]) if values else []
        if version: new.attrs['keras_version'] = text(version)
        weights = new.create_group('model_weights')
        layers = json.loads(old.attrs['model_config'])['config']['layers']
        batch, layers = layers[0]['config']['batch_shape'], layers[1:]
        weights.attrs['layer_names'] = texts([layer['config']['name'] for layer in layers])
        # Keras 1 kept the gates i, c, f, o of an LSTM and z, r, h of a GRU; today they stand as i, f, c, o and z, r, h.
        gates = {'LSTM': (('i', 0), ('c', 2), ('f', 1), ('o', 3)), 'GRU': (('z', 0), ('r', 1), ('h', 2))}
        short = {'kernel': 'W', 'recurrent_kernel': 'U', 'bias': 'b', 'embeddings': 'W'}
        def arrays(layer, datasets):
            name, kind = layer['config']['name'], layer['class_name']
            if kind == 'Bidirectional':
                half, inner = len(datasets) // 2, layer['config']['layer']
                first = [('forward_' + n, v) for n, v in arrays(inner, datasets[:half])]
                return first + [('backward_' + n, v) for n, v in arrays(inner, datasets[half:])]
            if kind not in gates: return [(f'{name}_{short[n]}', v) for n, v in datasets]
            values = {short[n]: v for n, v in datasets}
            units = values['U'].shape[0]
            return [(f'{name}_{k}_{gate}', values[k][..., at * units:(at + 1) * units]) for gate, at in gates[kind] for k in 'WUb']
        for layer in layers:
            name = layer['config']['name']
            group, found = weights.create_group(name), old['model_weights'][name]
            datasets = [(n.split('/')[-1].split(':')[0], found[n][()]) for n in found.attrs['weight_names']]
            written = arrays(layer, datasets) if datasets else []
            group.attrs['weight_names'] = texts([n for n, _ in written])
            for n, v in written: group[n] = v
        words = {'units': 'output_dim', 'kernel_initializer': 'init', 'recurrent_initializer': 'inner_init', 'recurrent_activation': 'inner_activation',
            'kernel_regularizer': 'W_regularizer', 'recurrent_regularizer': 'U_regularizer', 'bias_regularizer': 'b_regularizer', 'use_bias': 'bias',
            'dropout': 'dropout_W', 'recurrent_dropout': 'dropout_U', 'rate': 'p', 'embeddings_initializer': 'init', 'embeddings_regularizer': 'W_regularizer',
            'embeddings_constraint': 'W_constraint', 'kernel_constraint': 'W_constraint', 'bias_constraint': 'b_constraint'}
        keep = ('name', 'trainable', 'activation', 'return_sequences', 'go_backwards', 'stateful', 'unroll', 'input_dim', 'output_dim', 'mask_zero', 'merge_mode')
        first = {'GlorotUniform': 'glorot_uniform', 'Orthogonal': 'orthogonal', 'RandomUniform': 'uniform'}
        def rewritten(layer):
            config, kind = {}, layer['class_name']
            for key, value in layer['config'].items():
                if key in ('layer',): config[key] = rewritten(value)
                elif key in keep: config[key] = value
                elif key in words: config[words[key]] = first.get(value['class_name']) if key.endswith('initializer') else value
            if kind == 'LSTM': config['forget_bias_init'] = 'one'
            if kind in gates or kind == 'SimpleRNN':
                config.pop('bias', None)
                config.update(consume_less='cpu', input_dim=3, input_length=None)
            if kind == 'Embedding': config.update(dropout=0.0, activity_regularizer=None, input_length=batch[1])
            if kind == 'Dense': config.update(activity_regularizer=None, input_dim=None)
            config.update(changes.get(kind, {}))
            return {'class_name': kind, 'config': config}
        layers = [rewritten(layer) for layer in layers]
        layers[0]['config'].update(batch_input_shape=batch, input_dtype='int32')
        new.attrs['model_config'] = text(json.dumps({'class_name': 'Sequential', 'config': layers}))
        new.attrs['training_config'] = text(json.dumps({'loss': 'binary_crossentropy', 'metrics': ['accuracy'], 'sample_weight_mode': None, 'loss_weights': None,
            'optimizer_config': {'class_name': 'Adam', 'config': {'lr': 0.01, 'beta_1': 0.9, 'beta_2': 0.999, 'epsilon': 1e-08, 'decay': 0.0}}}))
        state = new.create_group('optimizer_weights')
        state.attrs['weight_names'] = texts(['iterations'])
        state['iterations'] = np.float32(3)
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll-keras1-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("lstm_plain", "1.2.2")]
    [InlineData("lstm_plain", "")]
    [InlineData("gru_before_plain", "1.2.2")]
    [InlineData("srnn_plain", "1.1.0")]
    [InlineData("bidi_concat_lstm", "1.2.2")]
    public void Predicts_what_the_same_weights_predict(string name, string version)
    {
        Model model = Model.Load(Make(name, version));
        KerasCase recorded = KerasCase.Of(name + ".h5");
        KerasRun.AssertClose(recorded.Predictions[0], [.. model.Predict(recorded.X)], 1e-5, "Prediction");
        Assert.Equal("adam", model.Optimizer!.Name);
        Assert.Equal(0.01, model.Optimizer.LearningRate, 1e-9);
        Assert.False(model.IsOptimizerBuilt && version.Length > 0);
        if (version.Length > 0) Assert.Contains(model.LoadNotices, notice => notice.Contains("The optimizer starts afresh", StringComparison.Ordinal));
        string path = Path.Combine(_folder.FullName, "today.keras");
        model.Save(path);
        KerasRun.AssertClose(recorded.Predictions[0], [.. Model.Load(path).Predict(recorded.X)], 1e-5, "Prediction");
    }

    [Fact]
    public void Old_words_say_what_they_said()
    {
        Model model = Model.Load(Make("lstm_plain", "1.2.2", """
            {"LSTM": {"inner_activation": "hard_sigmoid", "dropout_W": 0.25, "dropout_U": 0.5, "forget_bias_init": "zero", "inner_init": "normal",
              "W_regularizer": {"name": "L1L2Regularizer", "l1": 0.0, "l2": 0.5}, "b_regularizer": null},
             "Dense": {"W_constraint": {"name": "MaxNorm", "m": 3, "axis": 0}, "b_constraint": {"name": "NonNeg"}, "W_regularizer": {"name": "WeightRegularizer", "l1": 0.25, "l2": 0.0}}}
            """));
        var lstm = model.Layers.OfType<LSTM>().Single();
        var dense = model.Layers.OfType<Dense>().Single();
        Assert.Equal("hard_sigmoid_keras2", lstm.RecurrentActivation.Name);
        Assert.Equal((0.25, 0.5, false), (lstm.Dropout, lstm.RecurrentDropout, lstm.UnitForgetBias));
        Assert.Equal("""{"l1":0,"l2":0.5}""", Config(Catalog.Regularizers.ToKeras(lstm.KernelRegularizer!)));
        Assert.Equal("RandomNormal", lstm.RecurrentInitializer.GetType().Name);
        Assert.Equal("""{"l1":0.25,"l2":0}""", Config(Catalog.Regularizers.ToKeras(dense.KernelRegularizer!)));
        Assert.Equal("""{"max_value":3,"axis":0}""", Config(Catalog.Constraints.ToKeras(dense.KernelConstraint!)));
        Assert.Equal("NonNeg", dense.BiasConstraint!.GetType().Name);

        static string Config(System.Text.Json.Nodes.JsonObject json) => json["config"]!.ToJsonString().Replace(".0", "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Embedding": {"dropout": 0.2}}""", "layers[0]: an Embedding with dropout, which left out whole words, is not supported")]
    [InlineData("""{"Dense": {"activity_regularizer": {"name": "L1L2Regularizer", "l1": 0.1, "l2": 0.0}}}""", "Dense has an activity_regularizer; in Keras 1 that added up over a batch")]
    [InlineData("""{"Dense": {"W_regularizer": {"name": "EigenvalueRegularizer", "k": 0.1}}}""", "the regularizer {\"name\":\"EigenvalueRegularizer\",\"k\":0.1} of Keras 1 is not supported")]
    [InlineData("""{"Dense": {"W_constraint": {"name": "Mine"}}}""", "the constraint {\"name\":\"Mine\"} of Keras 1 is not supported")]
    public void What_meant_something_else_is_refused(string changes, string message)
    {
        string path = Make("lstm_plain", "1.2.2", changes);
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Model.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Convolutions_are_refused_since_nobody_knows_who_computed_them()
    {
        string refusal = Assert.Throws<InvalidDataException>(() => Modernised("""{"class_name": "Convolution1D", "config": {"nb_filter": 3, "filter_length": 2, "border_mode": "same"}}""")).Message;
        Assert.StartsWith("here: Convolution1D of Keras 1 is not read: the file does not say whether Theano or TensorFlow computed it", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"class_name": "Merge", "config": {"name": "m", "mode": "concat", "concat_axis": -1, "dot_axes": -1, "mode_type": "raw"}}""", """{"class_name":"Concatenate","config":{"name":"m","axis":-1}}""")]
    [InlineData("""{"class_name": "Merge", "config": {"name": "m", "mode": "sum", "concat_axis": -1}}""", """{"class_name":"Add","config":{"name":"m"}}""")]
    [InlineData("""{"class_name": "MaxPooling1D", "config": {"pool_length": 2, "stride": 3, "border_mode": "same"}}""", """{"class_name":"MaxPooling1D","config":{"pool_size":2,"strides":3,"padding":"same"}}""")]
    [InlineData("""{"class_name": "BatchNormalization", "config": {"mode": 0, "epsilon": 0.001}}""", """{"class_name":"BatchNormalization","config":{"epsilon":0.001}}""")]
    [InlineData("""{"class_name": "TimeDistributedDense", "config": {"output_dim": 3, "init": "uniform", "bias": true}}""", """{"class_name":"Dense","config":{"units":3,"kernel_initializer":"random_uniform","use_bias":true}}""")]
    [InlineData("""{"class_name": "Dense", "config": {"units": 3, "activity_regularizer": null}}""", """{"class_name":"Dense","config":{"units":3,"activity_regularizer":null}}""")]
    public void A_layer_is_told_in_todays_words(string old, string today) => Assert.Equal(today, Modernised(old));

    [Theory]
    [InlineData("""{"class_name": "Merge", "config": {"mode": "cos"}}""", "Merge with mode \"cos\" of Keras 1 is not supported; sum, mul, ave, max, concat are.")]
    [InlineData("""{"class_name": "BatchNormalization", "config": {"mode": 1}}""", "BatchNormalization with mode 1 of Keras 1 is not supported, only mode 0.")]
    public void A_mode_that_there_is_none_of_is_named(string old, string message) =>
        Assert.Equal($"here: {message}", Assert.Throws<InvalidDataException>(() => Modernised(old)).Message);

    private static string Modernised(string json)
    {
        var layer = (System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse(json)!;
        Keras1.Modernise(layer, "here");
        return layer.ToJsonString();
    }

    private string Make(string name, string version, string changes = "{}")
    {
        if (!Peers.HasH5py) Assert.Skip(Peers.NoH5py);
        string path = Path.Combine(_folder.FullName, $"{name}.h5");
        Peers.RunPython(Rewrite, KerasFiles.Path(name + ".h5"), path, version, changes);
        return path;
    }
}
