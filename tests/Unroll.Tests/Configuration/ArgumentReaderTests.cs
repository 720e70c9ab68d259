using Unroll.Configuration;
using Xunit;

namespace Unroll.Tests.Configuration;

public sealed class ArgumentReaderTests
{
    private static readonly string[] Lstm = ["units", "activation", "dropout", "return_sequences", "kernel_initializer"];

    private static ArgumentReader Read(string text) => new(ObjectConfig.Parse(text), "LSTM", Lstm, Lstm.Length);

    [Fact]
    public void Hands_out_values_and_defaults()
    {
        ArgumentReader reader = Read("lstm(16, tanh, returnSequences=true, kernel_initializer=random_normal(stddev=0.001), dropout=none)");
        Assert.Equal(16, reader.Int("units"));
        Assert.Equal(16.0, reader.Double("units"));
        Assert.Equal("tanh", reader.String("activation", "relu"));
        Assert.Equal(0.25, reader.Double("dropout", 0.25));
        Assert.True(reader.Bool("return_sequences", false));
        Assert.Equal("random_normal(stddev=0.001)", reader.Object("kernel_initializer", "glorot_uniform").ToString());
        Assert.True(reader.Has("dropout"));
        Assert.Null(reader.OptionalDouble("dropout"));
        reader.RejectUnknown();

        ArgumentReader empty = Read("lstm");
        Assert.Equal(4, empty.Int("units", 4));
        Assert.Equal("glorot_uniform", empty.Object("kernel_initializer", "glorot_uniform").Type);
        Assert.Null(empty.Object("kernel_initializer"));
        Assert.Null(empty.OptionalInt("units"));
        Assert.False(empty.Has("units"));
        Assert.Empty(empty.Objects("kernel_initializer"));
    }

    [Fact]
    public void Numbers_of_json_are_numbers()
    {
        using var document = System.Text.Json.JsonDocument.Parse("{ \"type\": \"LSTM\", \"units\": 16, \"dropout\": 0.5, \"return_sequences\": true }");
        var reader = new ArgumentReader(ObjectConfig.FromJson(document.RootElement), "LSTM", Lstm, Lstm.Length);
        Assert.Equal(16, reader.Int("units"));
        Assert.Equal(0.5, reader.Double("dropout"));
        Assert.True(reader.Bool("return_sequences", false));
    }

    [Fact]
    public void Lists_of_objects_may_be_single()
    {
        Assert.Equal(["l1", "l2(0.1)"], Read("lstm(activation=[l1, l2(0.1)])").Objects("activation").Select(o => o.ToString()));
        Assert.Equal(["l1"], Read("lstm(activation=l1)").Objects("activation").Select(o => o.ToString()));
    }

    [Theory]
    [InlineData("lstm(16, droput=0.4)", "LSTM: argument 'droput' is unknown; did you mean 'dropout'? Known: units, activation, dropout, return_sequences, kernel_initializer.")]
    [InlineData("lstm(16, wheels=4)", "LSTM: argument 'wheels' is unknown. Known: units, activation, dropout, return_sequences, kernel_initializer.")]
    [InlineData("lstm(unit=16)", "LSTM: argument 'unit' is unknown; did you mean 'units'? Known: units, activation, dropout, return_sequences, kernel_initializer.")]
    [InlineData("lstm", "LSTM: argument 'units' is missing; write LSTM(units=16), say.")]
    [InlineData("lstm(many)", "LSTM: argument 'units' is 'many'; it must be a whole number.")]
    [InlineData("lstm(1.5)", "LSTM: argument 'units' is 1.5; it must be a whole number.")]
    [InlineData("lstm(3000000000)", "LSTM: argument 'units' is 3000000000; it must be a whole number.")]
    [InlineData("lstm(1, dropout=x(1))", "LSTM: argument 'dropout' is 'x(1)'; it must be a number.")]
    [InlineData("lstm(1, return_sequences=1)", "LSTM: argument 'return_sequences' is 1; it must be true or false.")]
    [InlineData("lstm(1, activation=3)", "LSTM: argument 'activation' is 3; it must be a name.")]
    [InlineData("lstm(1, kernel_initializer=[3])", "LSTM: argument 'kernel_initializer' is [3]; it must be a name, with arguments in parentheses if need be.")]
    [InlineData("lstm(1, units=2)", "LSTM: argument 'units' is given twice; write it once.")]
    [InlineData("lstm(1, 2, 3, 4, 5, 6)", "LSTM: 6 arguments without a name, but it takes at most 5: units, activation, dropout, return_sequences, kernel_initializer.")]
    public void Says_what_is_wrong(string text, string message)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() =>
        {
            ArgumentReader reader = Read(text);
            reader.Int("units");
            reader.Double("dropout", 0);
            reader.Bool("return_sequences", false);
            reader.Object("kernel_initializer");
            reader.String("activation", "tanh");
            reader.RejectUnknown();
        });
        Assert.Equal(message, error.Message);
    }

    [Theory]
    [InlineData("simple_rnn", "SimpleRNN", true)]
    [InlineData("simple-rnn", "SimpleRNN", true)]
    [InlineData("lsmt", "LSTM", false)]
    [InlineData("LST", "LSTM", false)]
    [InlineData("embeding", "Embedding", false)]
    [InlineData("bidi", "Bidirectional", false)]
    [InlineData("xyz", null, false)]
    [InlineData("", null, false)]
    public void Finds_the_nearest_name(string written, string? nearest, bool isEqual)
    {
        string[] known = ["Embedding", "SimpleRNN", "LSTM", "GRU", "Dense", "Bidirectional"];
        Assert.Equal(nearest, NameMatching.Nearest(written, known));
        Assert.Equal(isEqual ? nearest : null, NameMatching.Find(written, known));
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("lsmt", "lstm", 1)]
    public void Counts_differences(string a, string b, int expected)
    {
        Assert.Equal(expected, NameMatching.Distance(a, b));
        Assert.Equal(expected, NameMatching.Distance(b, a));
    }
}
