using System.Text.Json.Nodes;
using Unroll.Layers;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Layers.Einsum;

/// <summary>EinsumDense against sums over all letters in float64, and what it refuses.</summary>
public sealed class EinsumDenseTests
{
    private const int Rows = 3;

    public static TheoryData<string, int[], int?[], string?, int[], int[]> Equations => new()
    {
        // equation, sample, output_shape, bias axes, shape of the kernel, shape of the bias
        { "ab,bc->ac", [4], [5], "c", [4, 5], [5] },
        { "abc,cd->abd", [4, 3], [4, 5], "d", [3, 5], [5] },
        { "abc,cd->abd", [4, 3], [null, 5], "bd", [3, 5], [4, 5] },
        { "abc,cde->abde", [4, 3], [4, 2, 3], null, [3, 2, 3], [] },
        { "abcd,cde->abe", [4, 2, 3], [null, 6], "e", [2, 3, 6], [6] },
        { "abc,bd->adc", [4, 3], [5, null], "d", [4, 5], [5, 1] },
        { "abc,dc->abd", [4, 3], [null, 5], "b", [5, 3], [4, 1] },
        { "abc,bcd->abd", [4, 3], [null, 5], "d", [4, 3, 5], [5] },
        { "abc,bcd->ad", [4, 3], [5], "d", [4, 3, 5], [5] },
        { "abc,dbe->adce", [4, 3], [5, 3, 2], "e", [5, 4, 2], [2] },
        { "abc,bc->abc", [4, 3], [null, null], "c", [4, 3], [3] },
        { "...x,xy->...y", [4, 2, 3], [5], "y", [3, 5], [5] },
        { "...bc,cd->...bd", [4, 2, 3], [2, 5], "b", [3, 5], [2, 1] },
        { "ab...,bc->ac...", [4, 3, 2], [5], "c", [4, 5], [5, 1, 1] },
        { "aBc, cd -> aBd", [4, 3], [4, 5], "d", [3, 5], [5] },
    };

    [Theory]
    [MemberData(nameof(Equations))]
    public void Is_the_sum_over_the_letters(string equation, int[] sample, int?[] outputShape, string? biasAxes, int[] kernelShape, int[] biasShape)
    {
        var layer = new EinsumDense(equation, outputShape, biasAxes: biasAxes) { BiasInitializer = "random_normal" };
        var model = new Sequential(seed: 4) { layer };
        Array x = Array.CreateInstance(typeof(float), [Rows, .. sample]);
        float[] values = [.. Enumerable.Range(0, x.Length).Select(i => MathF.Sin(1.3f * i + i / 4))];
        Buffer.BlockCopy(values, 0, x, 0, 4 * values.Length);
        float[] actual = [.. model.Predict(Inputs.FromValues(x))];
        Assert.Equal(kernelShape, layer.Parameters[0].Shape.ToArray());
        if (biasAxes is not null) Assert.Equal(biasShape, layer.Parameters[1].Shape.ToArray());

        int rest = sample.Length + 1 - equation.Split(',')[0].Replace("...", "", StringComparison.Ordinal).Trim().Length;
        string[] terms = [.. equation.Replace(" ", "", StringComparison.Ordinal).Replace("...", "UVWXYZ"[..rest], StringComparison.Ordinal).Split(',', '>').Select(term => term.Trim('-'))];
        terms = terms.Length == 3 ? terms : [terms[0], .. terms[1].Split("->")];
        var sizes = new Dictionary<char, int>();
        for (int i = 0; i < terms[0].Length; i++) sizes[terms[0][i]] = i == 0 ? Rows : sample[i - 1];
        for (int i = 0; i < terms[1].Length; i++) sizes[terms[1][i]] = kernelShape[i];
        float[] kernel = model.GetWeights()[0];
        var expected = new double[actual.Length];
        char[] letters = [.. sizes.Keys];
        int total = letters.Aggregate(1, (product, letter) => product * sizes[letter]);
        for (int i = 0; i < total; i++)
        {
            var at = new Dictionary<char, int>();
            int left = i;
            foreach (char letter in letters)
            {
                at[letter] = left % sizes[letter];
                left /= sizes[letter];
            }

            int Place(string term) => term.Aggregate(0, (place, letter) => place * sizes[letter] + at[letter]);
            expected[Place(terms[2])] += (double)values[Place(terms[0])] * kernel[Place(terms[1])];
        }

        int[] output = [.. terms[2].Select(letter => sizes[letter])];
        Assert.Equal(output.Skip(1).Select(size => (int?)size), layer.OutputShape!);
        if (biasAxes is not null)
        {
            float[] bias = model.GetWeights()[1];
            int[] sources = Broadcast.Sources(biasShape, output);
            for (int i = 0; i < expected.Length; i++) expected[i] += bias[sources[i]];
        }

        Floats.AssertNear(expected, actual, 1e-5, equation);
    }

    [Theory]
    [InlineData("ab->ac", "it needs the form \"ab,bc->ac\"")]
    [InlineData("ab,bc", "it needs the form")]
    [InlineData("aab,bc->ac", "names an axis twice")]
    [InlineData("ab,bc->ca", "the first letter, 'a', is the batch")]
    [InlineData("ab,abc->ac", "the first letter, 'a', is the batch")]
    [InlineData("abc,cd->ad", "the axis 'b' of the input would be summed without a weight")]
    [InlineData("ab,bcd->ac", "the axis 'd' of the kernel is neither one of the input nor of the output")]
    [InlineData("ab,bc->acd", "the axis 'd' of the output is neither one of the input nor of the kernel")]
    [InlineData("...x,xy->y...", "has to stand at the same end")]
    [InlineData("ab,b1->a1", "should be letters")]
    public void Equations_that_are_none_are_refused(string equation, string reason)
    {
        string message = Assert.Throws<ArgumentException>(() => new EinsumDense(equation, [4])).Message;
        Assert.StartsWith($"EinsumDense: equation is '{equation}'", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc,cd->abd", new[] { 5 }, null, "output_shape (None, 5) has 1 sizes, but the equation 'abc,cd->abd' asks for 2")]
    [InlineData("abc,cd->abd", new[] { 3, 5 }, null, "the axis 'b' has 6 in the input and 3 in output_shape")]
    [InlineData("ab,bc->ac", new[] { 5 }, null, "does not fit an input of the shape (None, 6, 4)")]
    [InlineData("abc,cd->abd", new[] { 6, 5 }, "c", "bias axis 'c' is none of 'bd'")]
    public void Shapes_that_do_not_fit_are_refused(string equation, int[] outputShape, string? biasAxes, string reason) => Assert.Contains(
        reason,
        Assert.Throws<ArgumentException>(() => new Sequential { new EinsumDense(equation, [.. outputShape.Select(size => (int?)size)], biasAxes: biasAxes) { Name = "e" } }.Build(6, 4)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_number_is_a_shape_of_one_size()
    {
        JsonObject json = Layer.Catalog.ToKeras(new EinsumDense("...x,xy->...y", 5));
        Assert.Equal("[5]", json["config"]!["output_shape"]!.ToJsonString());
        json["config"]!["output_shape"] = 5;
        Assert.Equal([5], ((EinsumDense)Layer.Catalog.FromKeras(json, "x")).TargetShape);
        Assert.Equal([null, 8], ((EinsumDense)Layer.Catalog.Create("einsum_dense('abc,cd->abd', [none, 8], gelu, d)")).TargetShape);
    }
}
