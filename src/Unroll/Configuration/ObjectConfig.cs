using System.Text.Json;
using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>
/// A layer, optimizer or initializer as it is written down: a type name and named arguments. Names are compared
/// without regard to case and underscores, so <c>simple_rnn</c>, <c>SimpleRNN</c> and <c>simpleRnn</c> are one.
/// </summary>
/// <param name="Type">Name of the type, for example <c>LSTM</c>.</param>
/// <param name="Positional">Arguments without a name, in order.</param>
/// <param name="Named">Arguments by name.</param>
public sealed record ObjectConfig(string Type, IReadOnlyList<JsonNode?> Positional, IReadOnlyDictionary<string, JsonNode?> Named)
{
    /// <summary>Parses <c>lstm(16, dropout=0.4)</c>; a bare name has no arguments.</summary>
    /// <exception cref="FormatException">The text is malformed; the message names the position.</exception>
    public static ObjectConfig Parse(string text) => throw new NotImplementedException();

    /// <summary>Parses a comma-separated list, as the <c>--model</c> option takes it.</summary>
    /// <exception cref="FormatException">The text is malformed; the message names the position.</exception>
    public static IReadOnlyList<ObjectConfig> ParseList(string text) => throw new NotImplementedException();

    /// <summary>
    /// Reads <c>"adam"</c>, <c>"lstm(16, dropout=0.4)"</c> or <c>{ "type": "LSTM", "units": 16 }</c>.
    /// </summary>
    /// <exception cref="FormatException">Neither a string nor an object with a <c>type</c>.</exception>
    public static ObjectConfig FromJson(JsonElement element) => throw new NotImplementedException();
}
