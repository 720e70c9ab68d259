using Unroll.Kernels.Simd;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Formulas;

/// <summary>
/// Every formula runs forward as the float64 interpreter does and backward as numeric differentiation says, with the same
/// bits at all vector widths.
/// </summary>
public class CompiledFormulaTests
{
    private const double Tolerance = 5e-6; // of the largest value of an array, or of 1

    public static TheoryData<string, int, int> Choices
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach (string name in Cells.Names)
            {
                data.Add(name, 3, 4);
                data.Add(name, 2, 1);
            }

            for (int units = 1; units <= 17; units++) data.Add(Cells.Names[units % 6], units % 5 + 1, units);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Choices))]
    public void LastStep(string name, int inputs, int units) => Check(new FormulaCase(Cells.Create(name, inputs, units)));

    [Theory]
    [MemberData(nameof(Choices))]
    public void EveryStepWithMaskBackwardsAndStates(string name, int inputs, int units)
    {
        bool masked = Cells.Create(name, inputs, units).States.Count > 0; // a layer without states has no use for a mask
        Check(new FormulaCase(Cells.Create(name, inputs, units))
        {
            Lanes = 32,
            Steps = 4,
            ReturnSequences = true,
            GoBackwards = true,
            Masked = masked,
            HasStates = true,
            SpareSteps = 3,
        });
    }

    [Fact]
    public void FormulasThatNobodyWouldWrite()
    {
        for (int seed = 0; seed < 150; seed++)
        {
            try
            {
                Check(new FormulaCase(RandomFormulas.Create(seed)) { ReturnSequences = seed % 2 == 0, Masked = seed % 3 == 0, HasStates = seed % 5 < 3 });
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"Formula {seed}: {error.Message}", error);
            }
        }
    }

    private static void Check(FormulaCase test)
    {
        List<(string Name, float[] Values)> first = test.Run(Widths.All[0]);
        foreach ((string name, double[] expected) in test.Expected())
            Floats.AssertNear(expected, first.Single(each => each.Name == name).Values, Tolerance * Largest(expected), name);
        foreach ((string name, List<(int At, double Value)> samples) in test.NumericGradients(samples: 12))
        {
            float[][] chunks = [.. first.Where(each => each.Name == name || each.Name.StartsWith(name + ",", StringComparison.Ordinal)).Select(each => each.Values)];
            double largest = Math.Max(1, chunks.Max(values => values.Max(value => Math.Abs((double)value))));
            foreach ((int at, double expected) in samples)
            {
                double actual = chunks.Sum(values => (double)values[at]), error = Math.Abs(actual - expected) / largest;
                Assert.True(error <= Tolerance, $"{name}, element {at}: {actual} instead of {expected} ({error:E1}).");
            }
        }

        foreach (VectorWidth width in Widths.All)
        {
            List<(string Name, float[] Values)> other = test.Run(width);
            for (int i = 0; i < first.Count; i++) Floats.AssertSameBits(first[i].Values, other[i].Values, $"{first[i].Name} at {width}");
            List<(string Name, float[] Values)> predicted = test.Run(width, training: false);
            for (int i = 0; i < predicted.Count; i++) Floats.AssertSameBits(first[i].Values, predicted[i].Values, $"{first[i].Name} in prediction at {width}");
        }
    }

    private static double Largest(double[] values) => Math.Max(1, values.Max(Math.Abs));
}
