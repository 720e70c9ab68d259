using System.Xml.Linq;
using Unroll.Studies.Plots;
using Xunit;

namespace Unroll.Studies.Tests.Plots;

public sealed class FigureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Ticks_are_round_and_hold_the_data()
    {
        Ticks ticks = Ticks.Nice(0.473, 0.648);
        Assert.Equal(["0.45", "0.50", "0.55", "0.60", "0.65"], ticks.Values.Select(ticks.Text));
        Assert.Equal(["−1", "0", "1"], Ticks.Nice(-1, 1, 2).Values.Select(value => Ticks.Nice(-1, 1, 2).Text(value).Replace('-', '−')));
    }

    [Fact]
    public void Ticks_of_a_constant_leave_room() => Assert.True(Ticks.Nice(0.5, 0.5) is { Minimum: < 0.5, Maximum: > 0.5 });

    [Theory]
    [InlineData(1, 5, "1 2 3 4 5")]
    [InlineData(1, 10, "1 2 4 6 8 10")]
    [InlineData(1, 1, "1")]
    [InlineData(1, 30, "1 5 10 15 20 25 30")]
    public void Epoch_ticks_are_whole_numbers(int low, int high, string expected)
    {
        Ticks ticks = Ticks.Integers(low, high);
        Assert.Equal(expected, string.Join(" ", ticks.Values.Select(ticks.Text)));
    }

    [Fact]
    public void Learning_curves_have_two_panels_with_solid_and_dashed_lines()
    {
        Figure figure = LearningCurves.Of([("LSTM", Repeats(1)), ("GRU", Repeats(1))], "Title & <more>");
        Assert.Equal(["Loss", "Accuracy"], figure.Panels.Select(panel => panel.Title));
        Assert.All(figure.Panels, panel => Assert.Equal([("LSTM", false), ("LSTM", true), ("GRU", false), ("GRU", true)], panel.Lines.Select(line => (line.Label, line.Dashed))));
        XElement svg = XElement.Parse(figure.ToSvg());
        Assert.Equal("0 0 880 360", svg.Attribute("viewBox")!.Value);
        Assert.Equal(8, svg.Descendants(Svg + "polyline").Count());
        Assert.Equal(4, svg.Descendants(Svg + "polyline").Count(line => line.Attribute("stroke-dasharray") is not null));
        Assert.Empty(svg.Descendants(Svg + "polygon"));
        Assert.Equal("Title & <more>", svg.Element(Svg + "title")!.Value);
        Assert.Contains(svg.Descendants(Svg + "text"), text => text.Value == "epoch");
    }

    [Fact]
    public void Several_repeats_give_mean_and_band()
    {
        Figure figure = LearningCurves.Of([("LSTM", Repeats(3))]);
        Line line = figure.Panels[0].Lines[0];
        Assert.Equal([1.0, 2.0], line.X);
        Assert.Equal([0.6, 0.5], line.Y.Select(value => Math.Round(value, 12)));
        Assert.Equal([0.5, 0.4], line.Lower!.Select(value => Math.Round(value, 12)));
        Assert.Equal([0.7, 0.6], line.Upper!.Select(value => Math.Round(value, 12)));
    }

    [Fact]
    public void An_axis_begins_at_zero_if_told_so()
    {
        var panel = new Panel("Training time", "units", "seconds", [new Line("", [8, 16], [41, 49])]);
        Assert.DoesNotContain("0", Labels(panel));
        Assert.Contains("0", Labels(panel with { FromZero = true }));

        static IEnumerable<string> Labels(Panel panel) =>
            XElement.Parse(new Figure("", [panel]).ToSvg()).Descendants(Svg + "text").Select(text => text.Value);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Training_and_validation_stay_together_in_the_legend(int runs)
    {
        Figure figure = LearningCurves.Of([.. Enumerable.Range(1, runs).Select(run => ($"length {100 * run}", Repeats(1)))]);
        string[] rows = [.. XElement.Parse(figure.ToSvg()).Descendants(Svg + "g")
            .Where(group => group.Elements(Svg + "text").Any(text => text.Value is "training" or "validation"))
            .Select(group => group.Attribute("transform")!.Value.TrimEnd(')').Split(' ')[1])];
        Assert.Equal(2, rows.Length);
        Assert.Equal(rows[0], rows[1]);
    }

    [Fact]
    public void Nothing_to_draw_is_said()
    {
        var error = Assert.Throws<ArgumentException>(() => LearningCurves.Of([("LSTM", (IReadOnlyList<IReadOnlyList<EpochResult>>)[])]));
        Assert.StartsWith("No run has an epoch: there is nothing to draw.", error.Message, StringComparison.Ordinal);
    }

    // Losses 0.6 and 0.5 for one repeat; 0.5, 0.6, 0.7 around them for three.
    private static IReadOnlyList<IReadOnlyList<EpochResult>> Repeats(int count) =>
    [
        .. Enumerable.Range(0, count).Select(repeat => (IReadOnlyList<EpochResult>)[Epoch(0, 0.6 + Shift(repeat, count)), Epoch(1, 0.5 + Shift(repeat, count))]),
    ];

    private static double Shift(int repeat, int count) => 0.1 * (repeat - (count - 1) / 2.0);

    private static EpochResult Epoch(int epoch, double loss) => new(epoch, 1, 0, new Dictionary<string, double>
    {
        ["accuracy"] = 1 - loss,
        ["loss"] = loss,
        ["val_accuracy"] = 0.9 - loss,
        ["val_loss"] = loss + 0.1,
    });
}
