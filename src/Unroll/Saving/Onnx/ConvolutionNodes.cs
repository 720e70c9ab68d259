using Unroll.Formats.Onnx;
using Unroll.Layers;

namespace Unroll.Saving.Onnx;

/// <summary>Windows over time. ONNX has features before time: values are turned around in front of a window, and back behind it.</summary>
internal static class ConvolutionNodes
{
    public static string Add(NodeScope scope, Conv1D layer, string input) => Convolve(
        scope, layer, input, layer.Window, Kernel(layer.Parameters[0], (q, c, f, shape) => (f * shape[1] + c) * shape[0] + q),
        [layer.Filters, layer.Parameters[0].Shape[1], layer.KernelSize], layer.Groups);

    public static string Add(NodeScope scope, DepthwiseConv1D layer, string input)
    {
        int channels = layer.Parameters[0].Shape[1];
        return Convolve(scope, layer, input, layer.Window, Depthwise(layer.Parameters[0]), [channels * layer.DepthMultiplier, 1, layer.KernelSize], channels);
    }

    public static string Add(NodeScope scope, SeparableConv1D layer, string input)
    {
        int channels = layer.Parameters[0].Shape[1], between = channels * layer.DepthMultiplier;
        string deep = Convolved(scope, Turned(scope, input), layer.Window, scope.Weights("depthwise_kernel", Depthwise(layer.Parameters[0]), between, 1, layer.KernelSize), null, channels);
        string kernel = scope.Weights("pointwise_kernel", Kernel(layer.Parameters[1], (_, c, f, shape) => f * shape[1] + c), layer.Filters, between, 1);
        return Finish(scope, layer, Convolved(scope, deep, new TimeWindow(1, 1, 1, WindowPadding.Valid), kernel, Bias(scope, layer), 1));
    }

    public static string Add(NodeScope scope, Conv1DTranspose layer, string input)
    {
        int channels = layer.Parameters[0].Shape[2], reach = (layer.KernelSize - 1) * layer.DilationRate + 1;
        int cut = layer.Padding == WindowPadding.Same ? Math.Max(0, reach - layer.Strides) : 0;
        string kernel = scope.Weights("kernel", Kernel(layer.Parameters[0], (q, f, c, shape) => (c * shape[1] + f) * shape[0] + q), channels, layer.Filters, layer.KernelSize);
        string output = scope.Node(
            "ConvTranspose", [Turned(scope, input), kernel, .. Bias(scope, layer) is { } bias ? new[] { bias } : []],
            new OnnxAttribute("strides", [(long)layer.Strides]), new OnnxAttribute("dilations", [(long)layer.DilationRate]),
            new OnnxAttribute("pads", [(long)layer.Before, cut - layer.Before]), new OnnxAttribute("output_padding", [Math.Max(0L, layer.Strides - reach)]));
        return Finish(scope, layer, output);
    }

    public static string Add(NodeScope scope, PoolingLayer layer, string input) => Turned(scope, scope.Node(
        layer is MaxPooling1D ? "MaxPool" : "AveragePool", [Turned(scope, input)],
        [new OnnxAttribute("kernel_shape", [(long)layer.PoolSize]), new OnnxAttribute("strides", [(long)layer.Window.Stride]), Padding(layer.Window)]));

    private static string Convolve(NodeScope scope, ConvolutionLayer layer, string input, TimeWindow window, float[] kernel, long[] shape, int groups) =>
        Finish(scope, layer, Convolved(scope, Turned(scope, input), window, scope.Weights("kernel", kernel, shape), Bias(scope, layer), groups));

    private static string Convolved(NodeScope scope, string input, TimeWindow window, string kernel, string? bias, int groups) => scope.Node(
        "Conv", bias is null ? [input, kernel] : [input, kernel, bias],
        [new OnnxAttribute("strides", [(long)window.Stride]), new OnnxAttribute("dilations", [(long)window.Dilation]), new OnnxAttribute("group", groups), Padding(window)]);

    /// <summary>Where windows lie side by side the operator counts by itself, since the length may be any.</summary>
    private static OnnxAttribute Padding(TimeWindow window)
    {
        int around = (window.Size - 1) * window.Dilation;
        return window.Padding switch
        {
            WindowPadding.Same when window.Stride > 1 => new OnnxAttribute("auto_pad", "SAME_UPPER"),
            WindowPadding.Same => new OnnxAttribute("pads", [(long)(around / 2), around - around / 2]),
            WindowPadding.Causal => new OnnxAttribute("pads", [(long)around, 0]),
            _ => new OnnxAttribute("pads", [0L, 0]),
        };
    }

    private static string Finish(NodeScope scope, ConvolutionLayer layer, string output) => ActivationNodes.Add(scope, layer.Activation, Turned(scope, output));

    private static string? Bias(NodeScope scope, ConvolutionLayer layer) =>
        layer.UseBias ? scope.Weights("bias", layer.Parameters[^1].ToArray(), layer.Parameters[^1].Count) : null;

    private static string Turned(NodeScope scope, string value) => scope.Node("Transpose", [value], new OnnxAttribute("perm", [0L, 2, 1]));

    private static float[] Depthwise(Parameter kernel) => Kernel(kernel, (q, c, i, shape) => (c * shape[2] + i) * shape[0] + q);

    /// <summary>A kernel of three dimensions in another order.</summary>
    private static float[] Kernel(Parameter kernel, Func<int, int, int, IReadOnlyList<int>, int> place)
    {
        IReadOnlyList<int> shape = kernel.Shape;
        float[] values = kernel.ToArray(), turned = new float[values.Length];
        for (int i = 0; i < values.Length; i++) turned[place(i / shape[2] / shape[1], i / shape[2] % shape[1], i % shape[2], shape)] = values[i];
        return turned;
    }
}
