using System.Globalization;
using System.Xml.Linq;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Models.Structure;

/// <summary>Drawings of models: well-formed, with every layer in a box of its own that no other covers.</summary>
public sealed class PlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_stack_is_drawn_from_top_to_bottom()
    {
        var model = new Sequential { new Embedding(1000, 8), new Bidirectional(new LSTM(16)), new Dense(1, "sigmoid") { Trainable = false } };
        string unbuilt = model.ToSvg();
        Assert.Contains(">Bidirectional (LSTM)<", unbuilt);
        model.Build(30);
        XElement root = XDocument.Parse(model.ToSvg()).Root!;
        string[] texts = [.. root.Descendants(Svg + "text").Select(text => text.Value)];
        Assert.Equal(
            ["InputLayer", "input_layer", "(None, 30)", "Embedding", "embedding", "(None, 30, 8)", "8,000 weights", "Bidirectional (LSTM)", "bidirectional", "(None, 32)",
                "3,200 weights", "Dense", "dense", "(None, 1)", "33 weights, frozen"],
            texts);
        Assert.Equal(3, Arrows(root).Length);
        AssertApart(root, boxes: 4);
        Assert.DoesNotContain("None", model.ToSvg(showShapes: false));
    }

    [Fact]
    public void A_graph_has_an_arrow_for_each_connection()
    {
        Symbol a = Input.Ids(12, name: "left"), b = Input.Ids(12, name: "right"), n = Input.Features([3], name: "numbers");
        var words = new Embedding(50, 8) { MaskZero = true };
        var reader = new GRU(8);
        Symbol first = reader.Call(words.Call(a)), second = reader.Call(words.Call(b));
        Symbol both = new Concatenate().Call([first, second, n]);
        var model = new Model([a, b, n], [new Dense(1, "sigmoid") { Name = "same" }.Call(both), new Dense(1) { Name = "far" }.Call(new Add().Call([first, second]))]);
        XElement root = XDocument.Parse(model.ToSvg()).Root!;
        // left and right into the embedding; embedding to gru; gru to concatenate and add; numbers to concatenate; two outputs
        Assert.Equal(8, Arrows(root).Length);
        Assert.Contains("gru, called 2 times", root.Descendants(Svg + "text").Select(text => text.Value));
        AssertApart(root, boxes: 9);
    }

    [Fact]
    public void A_layer_that_works_on_its_own_output_has_a_box_for_each_call()
    {
        Symbol x = Input.Features([4]);
        var dense = new Dense(4);
        var model = new Model(x, dense.Call(dense.Call(x)));
        AssertApart(XDocument.Parse(model.ToSvg()).Root!, boxes: 3);
    }

    [Fact]
    public void Files_end_in_svg()
    {
        string path = Path.Combine(Path.GetTempPath(), $"unroll-plot-{Environment.ProcessId}.svg");
        var model = new Sequential { new Embedding(1000, 8), new LSTM(4) };
        try
        {
            model.SavePlot(path);
            Assert.Equal(model.ToSvg(), File.ReadAllText(path));
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Contains("A browser shows an SVG", Assert.Throws<ArgumentException>(() => model.SavePlot("model.png")).Message);
        Assert.Throws<InvalidOperationException>(() => new Sequential().ToSvg());
    }

    private static XElement[] Arrows(XElement root) => [.. root.Elements(Svg + "path").Where(path => path.Attribute("marker-end") is not null)];

    private static void AssertApart(XElement root, int boxes)
    {
        double width = Number(root, "width"), height = Number(root, "height");
        (double X, double Y, double Right, double Bottom)[] places =
        [
            .. root.Descendants(Svg + "g").Select(group => group.Element(Svg + "rect")!)
                .Select(rect => (Number(rect, "x"), Number(rect, "y"), Number(rect, "x") + Number(rect, "width"), Number(rect, "y") + Number(rect, "height"))),
        ];
        Assert.Equal(boxes, places.Length);
        foreach ((int i, (double X, double Y, double Right, double Bottom) place) in places.Index())
        {
            Assert.True(place is { X: >= 0, Y: >= 0 } && place.Right <= width && place.Bottom <= height, $"box {i} leaves the sheet");
            foreach ((double X, double Y, double Right, double Bottom) other in places.Skip(i + 1))
                Assert.True(place.Right < other.X || other.Right < place.X || place.Bottom < other.Y || other.Bottom < place.Y, $"box {i} is covered");
        }
    }

    private static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
}
