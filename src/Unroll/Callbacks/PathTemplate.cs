using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Unroll.Models;

namespace Unroll.Callbacks;

/// <summary>File names with values in them, in the form of Python's <c>str.format</c>: <c>m-{epoch:02d}-{val_loss:.2f}.keras</c>.</summary>
internal static partial class PathTemplate
{
    /// <summary>Puts the values in.</summary>
    /// <param name="template">Text with <c>{name}</c> or <c>{name:[0][width][.decimals][d, f or e]}</c>; braces are doubled.</param>
    /// <param name="integers">Whole numbers by name.</param>
    /// <param name="logs">Other numbers by name.</param>
    /// <exception cref="FormatException">A name is unknown, or the form is.</exception>
    public static string Fill(string template, IReadOnlyDictionary<string, int> integers, IEnumerable<KeyValuePair<string, double>> logs)
    {
        var values = new Dictionary<string, double>(logs);
        var text = new StringBuilder();
        for (int i = 0; i < template.Length; i++)
        {
            char c = template[i];
            bool isDouble = i + 1 < template.Length && template[i + 1] == c;
            if (c is not ('{' or '}'))
            {
                text.Append(c);
            }
            else if (isDouble)
            {
                text.Append(c);
                i++;
            }
            else
            {
                int end = c == '{' ? template.IndexOf('}', i) : -1;
                if (end < 0) throw new FormatException($"the brace at position {i} has no partner");
                text.Append(Field(template[(i + 1)..end], integers, values));
                i = end;
            }
        }

        return text.ToString();
    }

    private static string Field(string field, IReadOnlyDictionary<string, int> integers, Dictionary<string, double> logs)
    {
        int colon = field.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? field : field[..colon];
        Match form = Form().Match(colon < 0 ? "" : field[(colon + 1)..]);
        bool isInteger = integers.TryGetValue(name, out int integer);
        double value = integer;
        if (!isInteger && !logs.TryGetValue(name, out value))
            throw new FormatException($"'{name}'; there is {string.Join(", ", integers.Keys.Concat(logs.Keys))}");
        string type = form.Groups["type"].Value;
        bool hasDecimals = form.Groups["decimals"].Success;
        if (!form.Success || (type == "d" && !isInteger) || (hasDecimals && type is "d" or ""))
            throw new FormatException($"'{{{field}}}' is not understood; write {{{name}}}, or for example {{{name}:{(isInteger ? "02d" : ".2f")}}}");
        int decimals = hasDecimals ? int.Parse(form.Groups["decimals"].ValueSpan, CultureInfo.InvariantCulture) : 6;
        string text = type switch
        {
            "f" => PythonFormat.Fixed(value, decimals),
            "e" => PythonFormat.Exponent(value, decimals),
            _ => isInteger ? integer.ToString(CultureInfo.InvariantCulture) : PythonFormat.Repr(value),
        };
        int width = form.Groups["width"].Length == 0 ? 0 : int.Parse(form.Groups["width"].ValueSpan, CultureInfo.InvariantCulture);
        if (form.Groups["zero"].Length == 0) return text.PadLeft(width);
        return text.StartsWith('-') ? "-" + text[1..].PadLeft(width - 1, '0') : text.PadLeft(width, '0');
    }

    [GeneratedRegex(@"^(?<zero>0?)(?<width>[0-9]{0,2})(\.(?<decimals>[0-9]{1,2}))?(?<type>[dfe]?)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
