using Unroll.Optimizers;
using Unroll.Saving;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>
/// Files in the older forms, made by h5py out of those that Keras 3 wrote: the same weights under the names, and the same
/// configuration in the words, of Keras 2.
/// </summary>
public sealed class Keras2FileTests : IDisposable
{
    private const string Rewrite = """
        import sys, json, re, h5py, numpy as np
        source, target, style = sys.argv[1:4]
        old, new = h5py.File(source, 'r'), h5py.File(target, 'w')
        version = {'tf': '2.11.0', 'k23': '2.3.1', 'k20': '2.0.8', 'weights': '2.3.1'}[style]
        def text(value): return value if style == 'tf' else np.array(value.encode())  # older h5py wrote fixed-length strings
        def texts(values): return np.array([v.encode() for v in values]) if values else []
        weights = new if style == 'weights' else new.create_group('model_weights')
        names = [n for n in old['model_weights'].attrs['layer_names']]
        weights.attrs['keras_version'] = text(version); weights.attrs['backend'] = text('tensorflow')
        if style == 'tf': # cut in pieces, as very long lists are
            weights.attrs['layer_names0'] = texts(names[:1]); weights.attrs['layer_names1'] = texts(names[1:])
        else: weights.attrs['layer_names'] = texts(names)
        for layer in names:
            group, renamed = weights.create_group(layer), []
            for name in old['model_weights'][layer].attrs['weight_names']:
                parts = name.split('/')
                short = '/'.join(parts[1:] if style == 'tf' else [parts[1] + '_1', parts[-1]]) + ':0'
                group[short] = old['model_weights'][layer][name][()]
                renamed.append(short)
            group.attrs['weight_names'] = texts(renamed)
        if style != 'weights':
            new.attrs['keras_version'] = text(version); new.attrs['backend'] = text('tensorflow')
            config = json.loads(old.attrs['model_config'])
            def plain(node):
                if isinstance(node, dict):
                    if node.get('class_name') == 'DTypePolicy': return 'float32'
                    return {k: plain(v) for k, v in node.items() if k not in ('module', 'registered_name', 'shared_object_id', 'build_config', 'quantization_config')}
                return [plain(v) for v in node] if isinstance(node, list) else node
            layers = plain(config['config']['layers'])
            shape = layers[0]['config']['batch_shape']
            if style == 'tf': layers[0]['config'] = {'batch_input_shape': shape, 'dtype': 'int32', 'sparse': False, 'ragged': False, 'name': 'input_1'}
            else:
                layers = layers[1:]
                layers[0]['config'].update(batch_input_shape=shape, input_length=shape[1])
            for layer in layers:
                layer['config'].update(dtype='float32')
                if layer['class_name'] in ('LSTM', 'GRU', 'SimpleRNN'):
                    layer['config'].update(implementation=2)
                    for key in ('zero_output_for_mask', 'seed'): layer['config'].pop(key, None)
                    if style == 'k20': layer['config'].pop('reset_after', None)
            new.attrs['model_config'] = text(json.dumps({'class_name': 'Sequential', 'config': layers if style == 'k20' else {'name': 'sequential_1', 'layers': layers}}))
            training = {'loss': 'binary_crossentropy', 'loss_weights': None, 'sample_weight_mode': None,
                'metrics': [[{'class_name': 'MeanMetricWrapper', 'config': {'name': 'accuracy', 'dtype': 'float32', 'fn': 'binary_accuracy'}}]] if style == 'tf' else ['accuracy'],
                'weighted_metrics': None,
                'optimizer_config': {'class_name': 'Custom>Adam' if style == 'tf' else 'Adam', 'config': {'name': 'Adam', 'learning_rate': 0.01, 'decay': 0.0, 'beta_1': 0.9, 'beta_2': 0.999, 'epsilon': 1e-07, 'amsgrad': False}}}
            if style == 'tf': training['optimizer_config']['config'].update(weight_decay=None, clipnorm=None, global_clipnorm=None, clipvalue=None, use_ema=False, ema_momentum=0.99, ema_overwrite_frequency=None, jit_compile=False, is_legacy_optimizer=False)
            new.attrs['training_config'] = text(json.dumps(training))
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll-keras2-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("lstm_plain", "tf")]
    [InlineData("lstm_plain", "k23")]
    [InlineData("gru_plain", "tf")]
    [InlineData("gru_before_plain", "k23")]
    [InlineData("gru_before_plain", "k20")]
    [InlineData("stack3_lstm_k34", "tf")]
    [InlineData("stack3_lstm_k34", "k20")]
    [InlineData("srnn_plain", "k23")]
    public void Whole_models(string name, string style)
    {
        string path = Make(name, style);
        ModelFileInfo info = ModelFileInfo.Read(path);
        Assert.Equal(ModelFileFormat.LegacyModel, info.Format);
        Assert.StartsWith("2.", info.KerasVersion);

        Model model = Model.Load(path);
        KerasCase recorded = KerasCase.Of(name + ".h5");
        AssertClose(recorded.Predictions[0], [.. model.Predict(recorded.X)]);
        Assert.Equal("Adam", model.Optimizer!.Name); // as the file has it
        Assert.IsType<Adam>(model.Optimizer);
        Assert.Equal(0.01, model.Optimizer.LearningRate);
        Assert.False(model.IsOptimizerBuilt);
    }

    [Fact]
    public void Weights_alone()
    {
        string path = Make("stack3_lstm_k34", "weights");
        Assert.Equal(ModelFileFormat.LegacyWeights, ModelFileInfo.Read(path).Format);
        Assert.Contains("holds weights alone", Assert.Throws<InvalidDataException>(() => Model.Load(path)).Message);
        Model model = Model.Load(KerasFiles.Path("stack3_lstm_k34.keras"), compile: false);
        model.SetWeights([.. model.GetWeights().Select(weight => new float[weight.Length])]);
        model.LoadWeights(path);
        KerasCase recorded = KerasCase.Of("stack3_lstm_k34.h5");
        AssertClose(recorded.Predictions[0], [.. model.Predict(recorded.X)]);

        Model other = Model.Load(KerasFiles.Path("srnn_plain.keras"), compile: false);
        Assert.Contains("has 5 layers with weights (embedding, lstm, lstm_1, lstm_2, dense), but the model has 3",
            Assert.Throws<InvalidDataException>(() => other.LoadWeights(path)).Message);
    }

    /// <summary>The same words, another function: 0.2·x + 0.5 instead of x/6 + 0.5.</summary>
    [Fact]
    public void Hard_sigmoid_means_what_it_meant()
    {
        Model old = Model.Load(Make("act_hard_sigmoid", "k23"));
        Model today = Model.Load(KerasFiles.Path("act_hard_sigmoid.keras"));
        var x = KerasCase.Of("act_hard_sigmoid.keras").X;
        Assert.Equal(today.Fingerprint(), old.Fingerprint());
        Assert.True(old.Predict(x).Zip(today.Predict(x), (a, b) => Math.Abs(a - b)).Max() > 1e-4);
        Assert.Contains("recurrent_activation=hard_sigmoid_keras2", string.Join(' ', old.Layers.Select(layer => Catalog.Layers.ToKeras(layer)["config"]!["recurrent_activation"]?.ToString() is { } activation ? $"recurrent_activation={activation}" : "")));
    }

    private string Make(string name, string style)
    {
        if (!Peers.HasH5py) Assert.Skip(Peers.NoH5py);
        string path = Path.Combine(_folder.FullName, $"{name}-{style}.h5");
        Peers.RunPython(Rewrite, KerasFiles.Path(name + ".h5"), path, style);
        return path;
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach ((float value, float other) in expected.Zip(actual)) Assert.Equal(value, other, 1e-5);
    }
}
