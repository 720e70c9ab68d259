using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Unroll.Cli.Infrastructure;

/// <summary>Options whose messages name the option, the value and what would be right.</summary>
internal static class CliOptions
{
    public static Option<int> Int(string name, string description, int defaultValue, int min, int max = int.MaxValue)
    {
        string range = max == int.MaxValue ? $"a whole number of at least {min}" : $"a whole number from {min} to {max}";
        return new Option<int>(name)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => defaultValue,
            CustomParser = result =>
                int.TryParse(Token(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max
                    ? value
                    : Refuse<int>(result, name, IsAbove(result, max) ? $"a whole number of at most {max}" : range),
        };
    }

    public static Option<int?> OptionalInt(string name, string description, int min) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
            int.TryParse(Token(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min
                ? value
                : Refuse<int?>(result, name, IsAbove(result, int.MaxValue) ? $"a whole number of at most {int.MaxValue}" : $"a whole number of at least {min}"),
    };

    /// <summary>A number; null if the option is absent.</summary>
    /// <param name="name">With its hyphens.</param>
    /// <param name="description">For the help text.</param>
    /// <param name="isValid">Accepts a value.</param>
    /// <param name="range">What would be right.</param>
    public static Option<double?> Double(string name, string description, Predicate<double> isValid, string range) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result =>
            double.TryParse(Token(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && isValid(value)
                ? value
                : Refuse<double?>(result, name, range),
    };

    public static Option<string> Text(string name, string helpName, string description, string defaultValue) => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = _ => defaultValue,
    };

    public static Option<string?> OptionalText(string name, string helpName, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
    };

    public static Option<string> Choice(string name, string description, params string[] choices) => new(name)
    {
        Description = description,
        HelpName = string.Join('|', choices),
        DefaultValueFactory = _ => choices[0],
        CustomParser = result => choices.FirstOrDefault(choice => choice.Equals(Token(result), StringComparison.OrdinalIgnoreCase))
            ?? Refuse<string>(result, name, string.Join(" or ", choices)),
    };

    /// <summary>True if an option stands on the command line.</summary>
    public static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private static string Token(ArgumentResult result) => result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";

    private static bool IsAbove(ArgumentResult result, int max) =>
        max == int.MaxValue && double.TryParse(Token(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double value) && value > max;

    private static T? Refuse<T>(ArgumentResult result, string name, string expected)
    {
        result.AddError($"{name} is '{Token(result)}'; it must be {expected}.");
        return default;
    }
}
