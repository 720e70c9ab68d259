using System.Text.Json;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>
/// Functional models of Keras, and models of layers beyond the first ones: they do what they did in Keras, or what they lack
/// here is named.
/// </summary>
public sealed class KerasGraphTests
{
    /// <summary>Its training was recorded with gradients that were not cleared between steps; KeptGradientsTests repeat that.</summary>
    private const string Kept = "sq_rnn_lstm_cell.keras";

    public static TheoryData<string> Files => [.. Names().Where(name => name is not Kept)];

    public static TheoryData<string> Archives => [.. Names().Where(name => name.EndsWith(".keras", StringComparison.Ordinal))];

    public static TheoryData<string> SavedFiles => [.. Names().Where(name => name is not Kept && name.EndsWith(".keras", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Works_as_in_Keras(string file) => new KerasRun(Recorded(file), () => Load(file)).AssertAll(evaluationTolerance: 1e-5);

    [Theory]
    [MemberData(nameof(Archives))]
    public void Summaries_are_those_of_Keras(string file)
    {
        Model model = Load(file);
        foreach (JsonProperty summary in Recorded(file).Summaries!.Value.EnumerateObject())
        {
            string expected = summary.Value.GetString()!;
            int width = expected.Split('\n')[1].Length;
            bool isExpanded = summary.Name.StartsWith("expand_nested", StringComparison.Ordinal);
            string actual = model.Summary(lineLength: isExpanded ? 100 : width, expandNested: isExpanded, showTrainable: isExpanded);
            Assert.Equal(WithoutCounterSize(expected), WithoutCounterSize(actual));
        }
    }

    [Theory]
    [MemberData(nameof(SavedFiles))]
    public void Saved_again_it_is_the_same_model(string file)
    {
        string path = Path.Combine(Path.GetTempPath(), $"unroll-{Guid.NewGuid():N}.keras");
        try
        {
            Load(file).Save(path);
            Model model = Model.Load(path);
            Assert.Empty(model.LoadNotices);
            new KerasRun(Recorded(file), () => Model.Load(path)).AssertAll(evaluationTolerance: 1e-5);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The files were recorded where Keras' step counter has 4 bytes; with TensorFlow and here it has 8.</summary>
    private static string WithoutCounterSize(string summary) => string.Join('\n', summary.TrimEnd('\n').Split('\n')
        .Select(line => line.StartsWith(" Total params", StringComparison.Ordinal) || line.StartsWith(" Optimizer params", StringComparison.Ordinal) ? line[..line.IndexOf('(', StringComparison.Ordinal)] : line));

    private static IReadOnlyList<string> Names() => [.. KerasFiles.NamesIn(KerasFiles.GraphDirectory, ".keras", ".h5").Where(name => !name.StartsWith("k2_", StringComparison.Ordinal))];

    private static Model Load(string file) => Model.Load(Path.Combine(KerasFiles.GraphDirectory, file));

    private static KerasCase Recorded(string file) => KerasCase.Of(file, KerasFiles.GraphDirectory);
}
