using Xunit;

namespace Unroll.Studies.Tests.Running;

public sealed class TrialCostTests
{
    /// <summary>Layers of about as many weights are about as much work, whatever they are called: within a factor of two.</summary>
    [Fact]
    public void Readers_of_equal_size_cost_about_the_same()
    {
        StudyPart part = BuiltInStudies.Load("cells-compared").Part("length-100");
        double[] costs = [.. part.Cells.Select(cell => TrialCost.Of(cell.Design))];
        Assert.All(costs, cost => Assert.InRange(cost / costs[0], .5, 2));
    }

    [Fact]
    public void Longer_sequences_and_more_epochs_cost_in_proportion()
    {
        Study study = BuiltInStudies.Load("cells-compared");
        double Cost(string part) => TrialCost.Of(study.Part(part).Cells[0].Design);
        Assert.Equal((2.0, 8.0), (Cost("length-100") / Cost("length-50"), Cost("length-400") / Cost("length-50")));
    }
}
