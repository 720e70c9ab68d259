using System.Text.Json;
using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Initializers;
using Unroll.Layers;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.Tests.Configuration;

public sealed class ArgumentTests
{
    private static readonly Argument<int> Units = Argument.Whole("units").Size();
    private static readonly Argument<string> Word = Argument.Text("word", "tanh");
    private static readonly Argument<double> Dropout = Argument.Number("dropout", 0.25).Between(0, 1);
    private static readonly Argument<bool> Sequences = Argument.Flag("return_sequences");
    private static readonly Argument<Initializer> Kernel = Initializer.Catalog.Argument("kernel_initializer", new GlorotUniform());
    private static readonly Argument[] All = [Units, Word, Dropout, Sequences, Kernel];

    [Fact]
    public void Hands_out_values_and_defaults()
    {
        ArgumentValues values = Read("lstm(16, relu, returnSequences=true, kernel_initializer=random_normal(stddev=0.5), dropout=none)");
        Assert.Equal(16, values.Get(Units));
        Assert.Equal("relu", values.Get(Word));
        Assert.True(values.Get(Sequences));
        Assert.Equal(new RandomNormal { Stddev = 0.5 }, values.Get(Kernel));
        Assert.True(values.Has(Dropout));
        Assert.Equal(0.25, values.Get(Dropout));

        ArgumentValues empty = Read("lstm");
        Assert.False(empty.Has(Units));
        Assert.Equal("tanh", empty.Get(Word));
        Assert.Equal(new GlorotUniform(), empty.Get(Kernel));
    }

    [Fact]
    public void Numbers_of_json_are_numbers()
    {
        using var document = JsonDocument.Parse("{ \"type\": \"LSTM\", \"units\": 16, \"dropout\": 0.5, \"return_sequences\": true }");
        ArgumentValues values = ArgumentValues.Read(ObjectConfig.FromJson(document.RootElement), "LSTM", All, [], null);
        Assert.Equal(16, values.Get(Units));
        Assert.Equal(0.5, values.Get(Dropout));
        Assert.True(values.Get(Sequences));
    }

    [Theory]
    [InlineData("lstm(16, droput=0.4)", "LSTM: argument 'droput' is unknown; did you mean 'dropout'? Known: units, word, dropout, return_sequences, kernel_initializer.")]
    [InlineData("lstm(16, wheels=4)", "LSTM: argument 'wheels' is unknown. Known: units, word, dropout, return_sequences, kernel_initializer.")]
    [InlineData("lstm(unit=16)", "LSTM: argument 'unit' is unknown; did you mean 'units'? Known: units, word, dropout, return_sequences, kernel_initializer.")]
    [InlineData("lstm", "LSTM: argument 'units' is missing; write LSTM(units=16), say.")]
    [InlineData("lstm(many)", "LSTM: argument 'units' is 'many'; it must be a whole number.")]
    [InlineData("lstm(1.5)", "LSTM: argument 'units' is 1.5; it must be a whole number.")]
    [InlineData("lstm(3000000000)", "LSTM: argument 'units' is 3000000000; it must be a whole number.")]
    [InlineData("lstm(1, dropout=x(1))", "LSTM: argument 'dropout' is 'x(1)'; it must be a number.")]
    [InlineData("lstm(1, return_sequences=1)", "LSTM: argument 'return_sequences' is 1; it must be true or false.")]
    [InlineData("lstm(1, word=3)", "LSTM: argument 'word' is 3; it must be a name.")]
    [InlineData("lstm(1, kernel_initializer=[3])", "LSTM: argument 'kernel_initializer' is [3]; it must be a name, with arguments in parentheses if need be.")]
    [InlineData("lstm(1, units=2)", "LSTM: argument 'units' is given twice; write it once.")]
    [InlineData("lstm(1, 2, 3, 4, 5, 6)", "LSTM: 6 arguments without a name, but it takes at most 5: units, word, dropout, return_sequences, kernel_initializer.")]
    public void Says_what_is_wrong(string text, string message)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() =>
        {
            ArgumentValues values = Read(text);
            values.Get(Units);
            values.Get(Dropout);
            values.Get(Sequences);
            values.Get(Kernel);
            values.Get(Word);
        });
        Assert.Equal(message, error.Message);
    }

    /// <summary>A wrong value is refused where it is set, not where it is used.</summary>
    [Fact]
    public void Ranges_are_checked_when_a_property_is_set()
    {
        Refuses("LSTM: argument 'dropout' is 1.5; it must be between 0 and 1.", () => new LSTM(3) { Dropout = 1.5 });
        Refuses("LSTM: argument 'units' is 2,000,000; it must be at most 1,048,576.", () => new LSTM(2_000_000));
        Refuses("Dense: argument 'kernel_initializer' is null; it must have a value.", () => new Dense(3) { KernelInitializer = null! });
        Refuses("Adam: argument 'beta_1' is 1; it must be at least 0 and below 1.", () => new Adam { Beta1 = 1 });
        Refuses("SGD: argument 'learning_rate' is -1; it must be 0 or more.", () => new SGD(-1));
        Refuses("SGD: argument 'clipnorm' is -1; it must be 0 or more.", () => new SGD { Clipnorm = -1 });
    }

    [Fact]
    public void What_was_not_given_has_its_default()
    {
        var lstm = new LSTM(3) { RecurrentDropout = 0.5, Name = "reader" };
        Assert.Equal((3, 0.5, 0.0, true, "reader"), (lstm.Units, lstm.RecurrentDropout, lstm.Dropout, lstm.UseBias, lstm.Name));
        Assert.Equal(Activation.Tanh, lstm.Activation);
        Assert.Equal(new Orthogonal(), lstm.RecurrentInitializer);
        Assert.NotEqual<Initializer>(new Orthogonal(2), lstm.RecurrentInitializer);
        Assert.Null(lstm.KernelRegularizer);
    }

    private static ArgumentValues Read(string text) => ArgumentValues.Read(ObjectConfig.Parse(text), "LSTM", All, [.. All.Select(argument => argument.Name)], null);

    private static void Refuses(string message, Func<object> create) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(create).Message, StringComparison.Ordinal);
}
