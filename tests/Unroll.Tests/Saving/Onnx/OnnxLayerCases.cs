using Unroll.Layers;

namespace Unroll.Tests.Saving.Onnx;

/// <summary>Layers beyond recurrent and dense ones, each in a stack of its own, some behind a mask.</summary>
internal static class OnnxLayerCases
{
    private const int Samples = 3, Steps = 7, Features = 4;

    public static void Add(Dictionary<string, OnnxCase> cases)
    {
        foreach (WindowPadding padding in Enum.GetValues<WindowPadding>())
        {
            foreach (int stride in new[] { 1, 2, 3 }) Sequence($"Conv1D_{padding}_{stride}", new Conv1D(5, 3, stride, padding, "tanh"));
            Sequence($"Conv1D_{padding}_dilated", new Conv1D(6, 4, padding: padding) { DilationRate = 2, Groups = 2, UseBias = false });
        }

        foreach (WindowPadding padding in new[] { WindowPadding.Valid, WindowPadding.Same })
        {
            foreach (int stride in new[] { 1, 2, 5 }) Sequence($"Conv1DTranspose_{padding}_{stride}", new Conv1DTranspose(5, 3, stride, padding, "tanh"));
            Sequence($"Conv1DTranspose_{padding}_dilated", new Conv1DTranspose(3, 3, padding: padding) { DilationRate = 2, UseBias = false });
            foreach (int stride in new[] { 1, 2 })
            {
                Sequence($"DepthwiseConv1D_{padding}_{stride}", new DepthwiseConv1D(3, stride, padding, depthMultiplier: 2) { Activation = "relu" });
                Sequence($"SeparableConv1D_{padding}_{stride}", new SeparableConv1D(5, 3, stride, padding, "tanh") { DepthMultiplier = 2 });
                Sequence($"MaxPooling1D_{padding}_{stride}", new MaxPooling1D(3, stride, padding));
                Sequence($"AveragePooling1D_{padding}_{stride}", new AveragePooling1D(3, stride, padding));
            }
        }

        Sequence("Conv1D_then_LSTM", new Conv1D(5, 3), new MaxPooling1D(2), new LSTM(3), new Dense(1, "sigmoid"));
        foreach (int axis in new[] { -1, 1 }) Sequence($"BatchNormalization_{axis}", new Dense(Features), new BatchNormalization(axis));
        Sequence("BatchNormalization_plain", new BatchNormalization { Center = false, Scale = false });
        Sequence("LayerNormalization", new LayerNormalization());
        Sequence("LayerNormalization_time", new LayerNormalization(1));
        Sequence("LayerNormalization_both", new LayerNormalization(1, 2) { Center = false });
        Sequence("LayerNormalization_rms", new LayerNormalization { RmsScaling = true });
        Sequence("RMSNormalization", new RMSNormalization());
        Sequence("UnitNormalization", new UnitNormalization());
        Sequence("UnitNormalization_time", new UnitNormalization(1));
        Sequence("GroupNormalization", new GroupNormalization(2));
        Sequence("GroupNormalization_each", new GroupNormalization(-1));
        Vector("LayerNormalization_vector", new LayerNormalization());
        Vector("BatchNormalization_vector", new BatchNormalization());
        Vector("GroupNormalization_vector", new GroupNormalization(2));

        Sequence("Reshape", new Reshape(-1, 2), new Dense(3));
        Sequence("Permute", new Permute(2, 1), new Dense(3));
        Vector("RepeatVector", new RepeatVector(3), new GRU(2) { ReturnSequences = true });
        Sequence("ZeroPadding1D", new ZeroPadding1D(1, 2));
        Sequence("Cropping1D", new Cropping1D(1, 2));
        Sequence("Cropping1D_front", new Cropping1D(2, 0));
        Sequence("UpSampling1D", new UpSampling1D(3));

        Sequence("ReLU", new ReLU());
        Sequence("ReLU_bent", new ReLU(0.5, 0.1, 0.2));
        Sequence("LeakyReLU", new LeakyReLU(0.2));
        Sequence("ELU", new ELU(0.7));
        Sequence("PReLU", new PReLU());
        Sequence("PReLU_shared", new PReLU { SharedAxes = [1] });
        foreach (int axis in new[] { -1, 1 }) Sequence($"Softmax_{axis}", new Softmax(axis));
        Sequence("Softmax_both", new Softmax { Axis = [1, 2] });
        Sequence("noise", new GaussianNoise(0.3), new GaussianDropout(0.3), new AlphaDropout(0.3), new ActivityRegularization(0.1, 0.1));

        // What hands masks on, and what ends them.
        Masked("masked_on", new LayerNormalization(), new LeakyReLU(), new GaussianNoise(0.1), new BatchNormalization(), new GRU(3));
        Masked("masked_end", new Conv1D(4, 2, padding: WindowPadding.Same), new GRU(3));
        Masked("masked_end_rms", new RMSNormalization(), new GlobalAveragePooling1D());

        void Sequence(string name, params Layer[] layers) => Add(name, [Steps, Features], layers);

        void Vector(string name, params Layer[] layers) => Add(name, [Features], layers);

        void Add(string name, int[] shape, Layer[] layers)
        {
            var model = new Sequential();
            foreach (Layer layer in layers) model.Add(layer);
            model.Build([.. shape.Select(size => (int?)size)]);
            cases.Add(name, new OnnxCase(WithWeights(model), [Inputs.FromValues(OnnxCases.Waves([Samples, .. shape])), Inputs.FromValues(OnnxCases.Waves([1, .. shape]))]));
        }

        void Masked(string name, params Layer[] layers)
        {
            var model = new Sequential { new Embedding(7, Features) { MaskZero = true } };
            foreach (Layer layer in layers) model.Add(layer);
            model.Build(Steps);
            cases.Add(name, new OnnxCase(WithWeights(model), [OnnxCases.Cycle(Samples, Steps, 7), OnnxCases.Cycle(5, Steps, 3)]));
        }
    }

    /// <summary>Variances are positive.</summary>
    private static Sequential WithWeights(Sequential model)
    {
        OnnxCases.WithWeights(model);
        model.SetWeights([.. model.Parameters.Select(parameter => parameter.Name == "moving_variance" ? [.. parameter.ToArray().Select(value => 0.5f + value * value)] : parameter.ToArray())]);
        return model;
    }
}
