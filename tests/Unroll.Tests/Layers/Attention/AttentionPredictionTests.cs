using System.Text.Json;
using Unroll.Formats.Hdf5;
using Unroll.Layers;
using Unroll.Saving;
using Unroll.Testing;
using Unroll.Tests.Saving;
using Xunit;

namespace Unroll.Tests.Layers.Attending;

/// <summary>Attention and products of inputs put out what they do in Keras, with Keras' weights.</summary>
public sealed class AttentionPredictionTests
{
    [Fact]
    public void Multi_head_attention_with_a_causal_mask()
    {
        Symbol q = Input.Features([4, 3], "q"), v = Input.Features([4, 3], "v"), k = Input.Features([4, 3], "k");
        Check("fn_mha_causal", [q, v, k], new MultiHeadAttention(2, 2) { UseBias = false }.Call(q, v, k, useCausalMask: true));
    }

    [Fact]
    public void Multi_head_attention_behind_a_mask_with_scores()
    {
        Symbol ids = Input.Ids(5, "ids"), words = new Embedding(13, 4) { MaskZero = true }.Call(ids);
        Symbols attention = new MultiHeadAttention(2, 3).Call(words, words, returnAttentionScores: true);
        Symbol output = new Dense(1, "sigmoid").Call(new GlobalMaxPooling1D().Call(attention[0]));
        Check("fn_mha_scores_mask", ids, Symbols.Create([output, attention[1]]));
    }

    [Theory]
    [InlineData("fn_attention_dot", 5, 6, 15, 4, 4)]
    [InlineData("fn_attention_concat", 5, 5, 12, 3, 3)]
    [InlineData("fn_additive_attention", 4, 6, 15, 3, 5)]
    public void Attention_over_two_masked_sequences(string name, int queries, int values, int vocabulary, int width, int units)
    {
        Symbol query = Input.Ids(queries, "query"), value = Input.Ids(values, "value");
        var embedding = new Embedding(vocabulary, width) { MaskZero = true };
        Symbol left = new LSTM(units) { ReturnSequences = true }.Call(embedding.Call(query)), right = new GRU(units) { ReturnSequences = true }.Call(embedding.Call(value));
        Symbol attention = name switch
        {
            "fn_attention_dot" => new Unroll.Layers.Attention(useScale: true).Call([left, right]),
            "fn_attention_concat" => new Unroll.Layers.Attention(useScale: true, ScoreMode.Concat).Call([left, right], useCausalMask: true),
            _ => new AdditiveAttention().Call([left, right]),
        };
        Symbol merged = new Concatenate().Call([new GlobalAveragePooling1D().Call(attention), new GlobalAveragePooling1D().Call(left)]);
        Check(name, [query, value], new Dense(1, "sigmoid").Call(merged));
    }

    [Fact]
    public void Products_of_inputs()
    {
        Symbol x = Input.Features([4, 5], "x"), y = Input.Features([3, 5], "y"), v = Input.Features([5], "v");
        Symbol dot = new Dot(2).Call([x, y]), cosine = new Dot(2, normalize: true).Call([x, y]), back = new Dot((2, 1)).Call([dot, y]), vector = new Dot((2, 1)).Call([x, v]);
        Symbol merged = new Concatenate().Call([new Flatten().Call(dot), new Flatten().Call(cosine), new Flatten().Call(back), vector]);
        Check("fn_dot_layers", [x, y, v], new Dense(2, "tanh").Call(merged));
    }

    private static void Check(string name, Symbols inputs, Symbols outputs)
    {
        var model = new Model(inputs, outputs);
        byte[] weights = KerasFiles.Hdf5Bytes(Path.Combine(KerasFiles.GraphDirectory, name + ".keras"));
        model.SetWeights(WeightsLayout.Read(Hdf5File.Parse(weights, name), model.Layers));
        JsonElement json = JsonDocument.Parse(File.ReadAllText(Path.Combine(KerasFiles.GraphDirectory, name + ".json"))).RootElement;
        JsonElement x = json.GetProperty("x"), expected = json.GetProperty("predict");
        Inputs[] parts = [.. inputs.Select((input, i) => Part(inputs.Count == 1 ? x : x.ValueKind == JsonValueKind.Array ? x[i] : x.GetProperty(input.Layer.Name), input.IsIds))];
        Predictions predicted = model.PredictAll(parts.Length == 1 ? parts[0] : Inputs.Create(parts));
        for (int i = 0; i < outputs.Count; i++)
        {
            float[] wanted = KerasCase.Flatten(outputs.Count == 1 ? expected : expected[i]).Values, actual = [.. predicted[i]];
            Assert.Equal(wanted.Length, actual.Length);
            for (int k = 0; k < wanted.Length; k++)
                Assert.True(Math.Abs(wanted[k] - actual[k]) <= 1e-5, $"{name}: value {k} of output {i} is {actual[k]}, Keras has {wanted[k]}.");
        }
    }

    private static Inputs Part(JsonElement json, bool areIds)
    {
        (float[] values, int[] shape) = KerasCase.Flatten(json);
        var array = Array.CreateInstance(areIds ? typeof(int) : typeof(float), shape);
        Buffer.BlockCopy(areIds ? Array.ConvertAll(values, value => (int)value) : values, 0, array, 0, 4 * values.Length);
        return areIds ? Inputs.FromIds(array) : Inputs.FromValues(array);
    }
}
