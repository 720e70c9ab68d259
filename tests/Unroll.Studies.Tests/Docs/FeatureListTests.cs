using Unroll.Activations;
using Unroll.Constraints;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Metrics;
using Unroll.Optimizers;
using Unroll.Regularizers;
using Unroll.Schedules;
using Xunit;

namespace Unroll.Studies.Tests.Docs;

/// <summary>What "Coming from Keras" says there is, there is, and nothing is left out.</summary>
public sealed class FeatureListTests
{
    [Fact]
    public void Lists_name_what_there_is()
    {
        Assert.SkipWhen(MarkdownPages.Root is null, "The tests do not run inside the repository.");
        Assert.Equal(NamesOfTypes<Layer>().Except([nameof(Model), nameof(Sequential)]), List("Layers")); // models are layers, too
        Assert.Equal(NamesOfTypes<Optimizer>(), List("Optimizers"));
        Assert.Equal(NamesOfTypes<LearningRateSchedule>(), List("Schedules"));
        Assert.Equal(NamesOfTypes<Regularizer>(), List("Regularizers"));
        Assert.Equal(NamesOfTypes<Constraint>(), List("Constraints"));
        Assert.Equal(NamesOfTypes<Loss>(), List("Losses"));
        Assert.Equal(NamesOfTypes<Metric>(), List("Metrics").Where(name => !name.Contains(' ', StringComparison.Ordinal)));
        Assert.Equal(NamesOfTypes<Callback>(), List("Callbacks").Where(name => !name.Contains(' ', StringComparison.Ordinal)));
        Assert.Equal(Activation.Catalog.Names.Order(StringComparer.Ordinal), List("Activations"));
    }

    private static IEnumerable<string> NamesOfTypes<T>() =>
        typeof(T).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(T)) && !type.IsAbstract && type.GetConstructors().Length > 0).Select(type => type.Name).Order(StringComparer.Ordinal);

    private static IEnumerable<string> List(string what)
    {
        string line = MarkdownPages.Text(Path.Combine("docs", "coming-from-keras.md")).ReplaceLineEndings("\n").Split('\n')
            .Single(text => text.StartsWith($"- {what}: ", StringComparison.Ordinal));
        return line[(line.IndexOf(':') + 1)..].Split(',').Select(name => name.Trim(' ', '`')).Order(StringComparer.Ordinal);
    }
}
