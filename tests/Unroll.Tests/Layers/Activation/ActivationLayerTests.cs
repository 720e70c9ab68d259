using Unroll.Activations;
using Unroll.Layers;
using Unroll.Tests.Support;
using Xunit;
using static Unroll.Tests.Layers.LayerChecks;

namespace Unroll.Tests.Layers.Act;

public class ActivationLayerTests
{
    [Fact]
    public void Gradients()
    {
        foreach (Activation activation in Activation.Fused.Where(activation => activation != Activation.Softmax)) // see SoftmaxTests
        {
            Check(33, true, Create("LSTM", 3, returnSequences: true), new ActivationLayer(activation), Create("GRU", 2), new ActivationLayer(activation));
        }
    }

    /// <summary>Values of Keras.</summary>
    [Fact]
    public void Hard_sigmoid_of_Keras() => Floats.AssertNear(
        [0, 0, 0.333333343, 0.5, 0.583333313, 0.933333337, 1],
        new Sequential { new ActivationLayer("hard_sigmoid") }.Predict(new float[,] { { -4, -3, -1, 0, 0.5f, 2.6f, 3.5f } }).ToArray(), 1e-7, "hard_sigmoid");
}
