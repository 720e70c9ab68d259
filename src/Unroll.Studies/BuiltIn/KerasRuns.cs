using nietras.SeparatedValues;

namespace Unroll.Studies;

/// <summary>One run of a design of a built-in study in Keras itself, with a seed of Keras'.</summary>
/// <param name="Keras">Which Keras.</param>
/// <param name="Study">Name of the study.</param>
/// <param name="Part">Name of the part.</param>
/// <param name="Cell">Label of the cell.</param>
/// <param name="TestLoss">Loss on the test data after training.</param>
/// <param name="TestAccuracy">Accuracy on the test data, 0 to 1.</param>
internal sealed record KerasRun(string Keras, string Study, string Part, string Cell, double TestLoss, double TestAccuracy);

/// <summary>Runs of the built-in studies' designs in Keras 3.15.1 on JAX and tf_keras 2.21, recorded on 25 November 2026.</summary>
internal static class KerasRuns
{
    /// <summary>All runs.</summary>
    public static IReadOnlyList<KerasRun> All { get; } = Read();

    private static List<KerasRun> Read()
    {
        using Stream stream = typeof(KerasRuns).Assembly.GetManifestResourceStream("Unroll.Studies.BuiltIn.keras-runs.csv")!;
        using SepReader reader = Sep.New(',').Reader(options => options with { Unescape = true }).From(stream);
        var runs = new List<KerasRun>();
        foreach (SepReader.Row row in reader)
        {
            runs.Add(new KerasRun(
                row["keras"].ToString(), row["study"].ToString(), row["part"].ToString(), row["cell"].ToString(),
                row["test_loss"].Parse<double>(), row["test_accuracy"].Parse<double>()));
        }

        return runs;
    }
}
