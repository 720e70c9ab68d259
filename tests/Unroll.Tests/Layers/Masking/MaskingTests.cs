using Unroll.Layers;
using Unroll.Random;
using Unroll.Tests.Support;
using Xunit;
using static Unroll.Tests.Layers.LayerChecks;

namespace Unroll.Tests.Layers.Masks;

public class MaskingTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.5)]
    public void Gradients(double maskValue)
    {
        var random = new Philox(6, RandomPurpose.Shuffle);
        foreach (int batch in new[] { 1, 9, 33 })
        {
            var x = new float[batch, Steps, 4];
            for (int b = 0; b < batch; b++)
                for (int t = 0; t < Steps; t++)
                    for (int f = 0; f < 4; f++)
                        x[b, t, f] = random.NextInt32(3) > 0 && (b + t) % 3 > 0 ? (float)random.NextNormal() : (float)maskValue;
            var model = new Sequential(seed: 3)
            {
                new Dense(2, "relu") { BiasInitializer = "random_normal(stddev=0.3)" }, // its gradient runs through the mask
                new Masking(maskValue), new LSTM(4) { ReturnSequences = true }, new Dense(3, "tanh"), new GRU(3), new Dense(1, "sigmoid"),
            };
            ReferenceCheck.Run(model, x, Labels(batch, 1, random));
            model = new Sequential(seed: 3) { new Masking(maskValue), new Bidirectional(new LSTM(4) { ReturnSequences = true }), new GlobalAveragePooling1D(), new Dense(1, "sigmoid") };
            ReferenceCheck.Run(model, x, Labels(batch, 1, random));
        }
    }

    [Fact]
    public void A_step_is_masked_if_all_its_features_have_the_value()
    {
        float[,,] x = { { { 5, 5 }, { 5, 1 }, { 5, 5 } } };
        Assert.Equal([0, 0, 5, 1, 0, 0], new Sequential { new Masking(5) }.Predict(x).ToArray());
    }
}
