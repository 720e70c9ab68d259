using Unroll.Kernels.Activation;
using Unroll.Kernels.Recurrent;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Recurrent;

/// <summary>Every kernel that can be chosen runs forward and backward as the scalar reference does, with the same bits at all widths.</summary>
public class RecurrentKernelsTests
{
    private static readonly string[] Names = ["Hidden state", "Kernel gradient", "Recurrent gradient", "Bias gradient", "Input gradient"];

    public static TheoryData<string, string, string> Choices
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (CellKind cell in Enum.GetValues<CellKind>())
            {
                foreach (ActivationKind activation in Enum.GetValues<ActivationKind>())
                {
                    foreach (ActivationKind recurrent in Enum.GetValues<ActivationKind>())
                    {
                        if (cell != CellKind.SimpleRnn || recurrent == ActivationKind.Linear) data.Add($"{cell}", $"{activation}", $"{recurrent}");
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Choices))]
    public void EveryChoiceWorks(string cell, string activation, string recurrentActivation)
    {
        var test = new RecurrentCase(
            Enum.Parse<CellKind>(cell), Enum.Parse<ActivationKind>(activation), Enum.Parse<ActivationKind>(recurrentActivation), units: 3);
        double[][] expected = test.Reference();
        float[][] first = test.Run(Widths.All[0]);
        for (int i = 0; i < expected.Length; i++)
        {
            double largest = System.Math.Max(1, expected[i].Max(System.Math.Abs));
            Floats.AssertNear(expected[i], first[i], 3e-6 * largest, Names[i]);
        }

        foreach (var width in Widths.All)
        {
            float[][] actual = test.Run(width);
            for (int i = 0; i < actual.Length; i++) Floats.AssertSameBits(first[i], actual[i], $"{Names[i]} at {width}");
        }
    }
}
