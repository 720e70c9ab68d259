namespace Unroll.Formulas;

/// <summary>Formulas as people write them.</summary>
internal static class FormulaText
{
    private const int Longest = 200;

    /// <summary>The formula in one line, cut off where it grows long.</summary>
    public static string Of(Value value)
    {
        string text = Text(value, 0, 0);
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }

    /// <summary>Depth is bounded: a value used often would be written out as often.</summary>
    private static string Text(Value value, int strength, int depth)
    {
        if (depth > 8 && value.Operands.Length > 0) return "…";
        switch (value.Kind)
        {
            case ValueKind.Input or ValueKind.State or ValueKind.Weight or ValueKind.Factor: return value.Name;
            case ValueKind.Number: return value.Number.ToString("R");
            case ValueKind.Slice: return $"{Text(value.Operands[0], 3, depth + 1)}[{value.Index}..{value.Index + value.Features}]";
        }

        (string sign, int own) = value.Kind switch
        {
            ValueKind.Add => (" + ", 1),
            ValueKind.Subtract => (" - ", 1),
            ValueKind.Multiply or ValueKind.MatrixProduct => (" * ", 2),
            ValueKind.Divide => (" / ", 2),
            _ => ("", 3),
        };
        string name = value.Kind switch { ValueKind.Minimum => "Min", ValueKind.Maximum => "Max", ValueKind.Function => value.Name, _ => value.Kind.ToString() };
        if (own == 3) return $"{name}({string.Join(", ", value.Operands.Select(operand => Text(operand, 0, depth + 1)))})";
        int right = value.Kind is ValueKind.Subtract or ValueKind.Divide ? own + 1 : own;
        string text = Text(value.Operands[0], own, depth + 1) + sign + Text(value.Operands[1], right, depth + 1);
        return own < strength ? $"({text})" : text;
    }
}
