using System.Text.Json;
using Unroll.Configuration;
using Xunit;

namespace Unroll.Tests.Configuration;

public sealed class ObjectConfigTests
{
    [Fact]
    public void Parses_the_model_of_the_command_line()
    {
        IReadOnlyList<ObjectConfig> layers =
            ObjectConfig.ParseList("embedding(8), lstm(16, dropout=0.4, recurrent_dropout=0.5), dense(1, activation=sigmoid)");

        Assert.Equal(["embedding", "lstm", "dense"], layers.Select(layer => layer.Type));
        Assert.Equal(8, layers[0].Positional[0]!.GetValue<long>());
        Assert.Equal(0.4, layers[1].Named["dropout"]!.GetValue<double>());
        Assert.Equal(0.5, layers[1].Named["recurrentDropout"]!.GetValue<double>());
        Assert.Equal("sigmoid", layers[2].Named["activation"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("adam", "{\"type\":\"adam\"}")]
    [InlineData(" adam ( ) ", "{\"type\":\"adam\"}")]
    [InlineData("d(true, False, none, NULL)", "{\"type\":\"d\",\"$args\":[true,false,null,null]}")]
    [InlineData("d(-3, +4, .5, 1e-4, -2.5E+3, 1.)", "{\"type\":\"d\",\"$args\":[-3,4,0.5,0.0001,-2500,1]}")]
    [InlineData("d('a, b', \"say \\\"x\\\"\", bare-word)", "{\"type\":\"d\",\"$args\":[\"a, b\",\"say \\u0022x\\u0022\",\"bare-word\"]}")]
    [InlineData("d([1, [2, x]], y=[])", "{\"type\":\"d\",\"$args\":[[1,[2,\"x\"]]],\"y\":[]}")]
    [InlineData("d(1,)", "{\"type\":\"d\",\"$args\":[1]}")]
    [InlineData("d(k=random_normal(stddev=0.001))", "{\"type\":\"d\",\"k\":{\"type\":\"random_normal\",\"stddev\":0.001}}")]
    [InlineData("bidirectional(lstm(8), merge_mode=sum)", "{\"type\":\"bidirectional\",\"$args\":[{\"type\":\"lstm\",\"$args\":[8]}],\"merge_mode\":\"sum\"}")]
    public void Reads_every_kind_of_value(string text, string json)
    {
        ObjectConfig config = ObjectConfig.Parse(text);
        Assert.Equal(json, ConfigWriter.ToJson(config).ToJsonString());

        // Its written form and its JSON both lead back to it.
        Assert.Equal(json, ConfigWriter.ToJson(ObjectConfig.Parse(config.ToString())).ToJsonString());
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.Equal(json, ConfigWriter.ToJson(ObjectConfig.FromJson(document.RootElement)).ToJsonString());
        Assert.Equal(config.ToString(), ObjectConfig.FromJson(document.RootElement).ToString());
    }

    [Theory]
    [InlineData("lstm(16, droput=)", "Expected a value, found ')' at position 17:\n  lstm(16, droput=)\n                  ^")]
    [InlineData("", "Expected a name, found the end at position 1:")]
    [InlineData("lstm(16", "This '(' is not closed at position 5:")]
    [InlineData("lstm 16", "Expected ',' or the end, found '1' at position 6:")]
    [InlineData("lstm(16) dense(1)", "Expected ',' or the end, found 'd' at position 10:")]
    [InlineData("lstm(16x)", "'16x' is not a number at position 6:")]
    [InlineData("lstm(1e999)", "'1e999' is not a number at position 6:")]
    [InlineData("lstm(units=1, 2)", "An argument without a name can't follow one with a name at position 15:")]
    [InlineData("lstm(units=1, Units=2)", "Argument 'Units' is given twice at position 15:")]
    [InlineData("lstm('a)", "This string is not closed at position 6:")]
    [InlineData("lstm([1, 2)", "Expected ',' or ']', found ')' at position 11:")]
    [InlineData("lstm(1 2)", "Expected ',' or ')', found '2' at position 8:")]
    [InlineData(",lstm", "Expected a name, found ',' at position 1:")]
    public void Says_where_a_text_is_malformed(string text, string message)
    {
        FormatException error = Assert.Throws<FormatException>(() => ObjectConfig.ParseList(text));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_object_is_no_list()
    {
        Assert.Contains("found a list", Assert.Throws<FormatException>(() => ObjectConfig.Parse("adam, sgd")).Message, StringComparison.Ordinal);
        Assert.Contains("Unexpected ')'", Assert.Throws<FormatException>(() => ObjectConfig.Parse("adam)")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a(", ")")]
    [InlineData("a([", "])")]
    [InlineData("a(b=", ")")]
    public void Depth_is_limited(string open, string close)
    {
        string deep = string.Concat(Enumerable.Repeat(open, 100_000)) + "x" + string.Concat(Enumerable.Repeat(close, 100_000));
        Assert.Contains("Nested deeper than 32", Assert.Throws<FormatException>(() => ObjectConfig.Parse(deep)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_is_shown_as_an_excerpt()
    {
        string text = "lstm(" + string.Join(", ", Enumerable.Range(1, 100)) + ", ?, " + new string('x', 200) + ")";
        string[] lines = Assert.Throws<FormatException>(() => ObjectConfig.Parse(text)).Message.Split('\n');
        Assert.Equal('?', lines[1][lines[2].IndexOf('^', StringComparison.Ordinal)]);
        Assert.True(lines[1].Length < 80);
    }

    [Theory]
    [InlineData("12")]
    [InlineData("null")]
    [InlineData("[\"lstm\"]")]
    [InlineData("{ \"units\": 16 }")]
    [InlineData("{ \"type\": 3 }")]
    [InlineData("{ \"type\": \"lstm\", \"$args\": 3 }")]
    public void Json_without_a_type_is_refused(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.Throws<FormatException>(() => ObjectConfig.FromJson(document.RootElement));
    }

    [Fact]
    public void Json_text_is_parsed()
    {
        using JsonDocument document = JsonDocument.Parse("\"lstm(16, dropout=0.4)\"");
        Assert.Equal("lstm(16, dropout=0.4)", ObjectConfig.FromJson(document.RootElement).ToString());
    }
}
