using Unroll.Bench;
using Unroll.Kernels.Simd;
using Xunit;

namespace Unroll.Cli.Tests.Bench;

public sealed class WorkloadTests
{
    [Theory]
    [InlineData("rnn5", 3.0 * 64 * (30 * 2 * 5 * (50 + 5) + 10))]
    [InlineData("lstm8", 3.0 * 32 * (80 * 2 * 32 * (8 + 8) + 16))]
    [InlineData("gru128", 3.0 * 32 * (80 * 2 * 384 * (8 + 128) + 256))]
    [InlineData("lstm8x8", 3.0 * 32 * (8 * 80 * 2 * 32 * (8 + 8) + 16))]
    [InlineData("conv64", 3.0 * 64 * (396 * 2 * (5 * 32) * 64 + 128))]
    [InlineData("attention4x8", 3.0 * 64 * (4 * 200 * 2 * 32 * 32 + 2 * 4 * 2 * 200 * 200 * 8 + 64))]
    [InlineData("predict-one", 80 * 2 * 128 * (8 + 32) + 64)]
    public void Operations_follow_the_dense_formula(string name, double operations)
    {
        Assert.Equal(operations, WorkloadTable.Select([name])[0].OperationsPerStep);
    }

    // The weights as Keras counts them: embedding, cell, Dense.
    [Theory]
    [InlineData("rnn5", 2000 * 50 + 5 * (50 + 5 + 1) + 6)]
    [InlineData("lstm8", 1000 * 8 + 4 * 8 * (8 + 8 + 1) + 9)]
    [InlineData("gru8", 1000 * 8 + 3 * 8 * (8 + 8 + 2) + 9)]
    [InlineData("lstm8x8", 1000 * 8 + 8 * 4 * 8 * (8 + 8 + 1) + 9)]
    [InlineData("conv64", 20000 * 32 + 64 * (5 * 32 + 1) + 65)]
    [InlineData("attention4x8", 20000 * 32 + 4 * 32 * (32 + 1) + 33)]
    [InlineData("lstm128-v20k", 20000 * 128 + 4 * 128 * (128 + 128 + 1) + 129)]
    public void Models_are_as_large_as_their_description(string name, long parameters)
    {
        Workload workload = WorkloadTable.Select([name])[0];
        Model model = workload.CreateModel(threads: 1);
        if (model is Sequential stack) stack.Build(workload.Length);

        Assert.Equal(parameters, model.ParameterCount);
    }

    [Fact]
    public void Data_are_the_same_at_every_call_and_differ_between_models_side_by_side()
    {
        Workload workload = WorkloadTable.Select(["lstm8"])[0] with { Rows = 50 };

        (Inputs x, _) = WorkloadData.Create(workload, DataSource.Random, 0);

        Assert.Equal(x.Ids(0), WorkloadData.Create(workload, DataSource.Random, 0).X.Ids(0));
        Assert.NotEqual(x.Ids(0), WorkloadData.Create(workload, DataSource.Random, 1).X.Ids(0));
        Assert.All(x.Ids(0), id => Assert.InRange(id, 1, 999));
    }

    [Fact]
    public void Median_of_an_even_number_lies_between()
    {
        Assert.Equal(2.5, Statistics.Median([4, 1, 3, 2]));
        Assert.Equal(3, Statistics.Median([9, 3, 1]));
    }

    [Theory]
    [InlineData(0.0001234567, "0.000123")]
    [InlineData(0.19525, "0.1953")]
    [InlineData(35.264, "35.26")]
    [InlineData(1234.5, "1,234")]
    [InlineData(double.NaN, "–")]
    public void Numbers_have_four_digits(double value, string text) => Assert.Equal(text, BenchText.Number(value));

    [Fact]
    public void A_core_multiplies_and_adds_between_a_hundred_million_and_ten_thousand_billion_times_a_second()
    {
        Assert.InRange(FmaPeak.Measure(threads: 1, TimeSpan.FromMilliseconds(1)), 1e8, 1e13);
        Assert.InRange(FmaPeak.Measure(threads: 2, TimeSpan.FromMilliseconds(1)), 1e8, 2e13);
    }
}
