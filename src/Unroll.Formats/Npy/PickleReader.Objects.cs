using System.Globalization;
using System.Text;

namespace Unroll.Formats.Npy;

/// <content>Numbers and strings in text form, the names a pickle may use, and what calling them means here.</content>
internal sealed partial class PickleReader
{
    private const string Reconstruct = "numpy.core.multiarray._reconstruct";
    private const string NdArray = "numpy.ndarray";
    private const string Dtype = "numpy.dtype";
    private const string Encode = "_codecs.encode";

    private void PushDecimal(string line, bool isInt)
    {
        if (isInt && line is "00" or "01")
        {
            Push(PickleValue.Of(line == "01"));
            return;
        }

        var digits = line.AsSpan();
        if (!isInt && digits.EndsWith("L")) digits = digits[..^1];
        if (!long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
            throw Bad($"'{Printable(line)}' is not a number of at most 64 bits");
        Push(PickleValue.Of(value));
    }

    private void PushLong(uint length)
    {
        if (length > 8) throw Bad($"a number of {length} bytes does not fit 64 bits");
        var bytes = Take((int)length);
        long value = length > 0 && (bytes[^1] & 0x80) != 0 ? -1 : 0;
        for (int i = bytes.Length - 1; i >= 0; i--) value = (value << 8) | bytes[i];
        Push(PickleValue.Of(value));
    }

    private string Quoted(string line)
    {
        if (line.Length < 2 || line[0] is not ('\'' or '"') || line[^1] != line[0]) throw Bad("a string is not quoted");
        return Unescape(line[1..^1], python2: true);
    }

    /// <summary>Undoes Python's backslash escapes: only \u and \U in unicode lines, the usual ones in byte strings.</summary>
    private string Unescape(string line, bool python2)
    {
        if (!line.Contains('\\')) return line;
        var text = new StringBuilder(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            char next = i + 1 < line.Length ? line[i + 1] : '\0';
            int digits = line[i] != '\\' ? 0 : next switch { 'u' when !python2 => 4, 'U' when !python2 => 8, 'x' when python2 => 2, _ => 0 };
            if (digits > 0)
            {
                if (i + 2 + digits > line.Length
                    || !int.TryParse(line.AsSpan(i + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
                    || code is < 0 or > 0x10FFFF)
                {
                    throw Bad("a string holds a damaged escape");
                }

                if (Rune.IsValid(code)) text.Append(new Rune(code).ToString());
                else text.Append((char)code); // Python writes lone surrogates as they are
                i += 1 + digits;
            }
            else if (python2 && line[i] == '\\')
            {
                text.Append(next switch
                {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    '\\' or '\'' or '"' => next,
                    _ => throw Bad("a string holds a damaged escape"),
                });
                i++;
            }
            else
            {
                text.Append(line[i]);
            }
        }

        return text.ToString();
    }

    private void PushStackGlobal()
    {
        var name = Pop();
        var module = Pop();
        if (module.Ref is not string moduleName || name.Ref is not string memberName)
            throw Bad($"a name is given by {module.TypeName} and {name.TypeName}, not by strings");
        PushGlobal(moduleName, memberName);
    }

    private void PushGlobal(string module, string name)
    {
        string known = (module, name) switch
        {
            ("numpy.core.multiarray" or "numpy._core.multiarray", "_reconstruct") => Reconstruct,
            ("numpy", "ndarray") => NdArray,
            ("numpy", "dtype") => Dtype,
            ("_codecs", "encode") => Encode,
            _ => throw Bad($"the name '{Printable(module)}.{Printable(name)}' is not allowed; the file asks to run code, which arrays of lists never need"),
        };
        PushObject(new PickleGlobal(known));
    }

    private void Reduce()
    {
        var arguments = Pop();
        var callable = Pop();
        if (callable.Ref is not PickleGlobal global) throw Bad($"calls {callable.TypeName}, which is not a function");
        if (arguments.Ref is not PickleValue[] args) throw Bad($"calls {global.Name} with {arguments.TypeName}, not with a tuple");
        switch (global.Name)
        {
            case Reconstruct:
                if (args is not [{ Ref: PickleGlobal { Name: NdArray } }, { Ref: PickleValue[] shape }, { Ref: "b" or byte[] }]
                    || shape is not [{ IsInteger: true, Integer: 0 }])
                {
                    throw Bad($"calls {Reconstruct} with other arguments than (ndarray, (0,), b'b')");
                }

                PushObject(new PickleArray());
                break;
            case Dtype:
                if (args is not [{ Ref: string type }, ..] || args.Length > 3) throw Bad("an element type has no name");
                if (!type.StartsWith('O')) throw Bad($"element type '{Printable(type)}' is not 'O8'");
                PushObject(new PickleDtype());
                break;
            case Encode:
                if (args is not [{ Ref: string text }, { Ref: "latin1" or "latin-1" or "iso-8859-1" }] || text.Any(c => c > 0xFF))
                    throw Bad($"calls {Encode} on something other than (text, 'latin1')");
                PushObject(Encoding.Latin1.GetBytes(text));
                break;
            default:
                throw Bad($"{global.Name} cannot be called");
        }
    }

    private void Build()
    {
        var state = Pop();
        var target = Top;
        if (state.Ref is not PickleValue[] items) throw Bad($"the state of {target.TypeName} is {state.TypeName}, not a tuple");
        switch (target.Ref)
        {
            case PickleDtype:
                break; // byte order and flags mean nothing for objects
            case PickleArray { Items: null } array:
                if (items is not [{ IsInteger: true, Integer: 1 }, { Ref: PickleValue[] sizes }, { Ref: PickleDtype }, var order, { Ref: PickleList list }]
                    || !(order.IsBoolean || order.IsInteger))
                {
                    throw Bad("the state of the array is not (1, shape, dtype, order, list)");
                }

                if (sizes is not [{ IsInteger: true } rows]) throw Bad($"the array has {sizes.Length} dimensions; one was expected");
                if (rows.Integer != list.Count) throw Bad($"the array declares {rows.Integer} rows and holds {list.Count}");
                array.Items = list;
                break;
            default:
                throw Bad($"{target.TypeName} cannot take a state");
        }
    }

    private static string OpcodeName(byte opcode)
    {
        string? name = opcode switch
        {
            (byte)'i' => "INST",
            (byte)'o' => "OBJ",
            0x81 => "NEWOBJ",
            0x92 => "NEWOBJ_EX",
            (byte)'P' => "PERSID",
            (byte)'Q' => "BINPERSID",
            0x82 or 0x83 or 0x84 => "EXT",
            (byte)'d' => "DICT",
            (byte)'}' => "EMPTY_DICT",
            (byte)'s' => "SETITEM",
            (byte)'u' => "SETITEMS",
            0x8f => "EMPTY_SET",
            0x90 => "ADDITEMS",
            0x91 => "FROZENSET",
            0x96 => "BYTEARRAY8",
            0x97 => "NEXT_BUFFER",
            0x98 => "READONLY_BUFFER",
            (byte)'F' => "FLOAT",
            (byte)'G' => "BINFLOAT",
            (byte)'0' => "POP",
            (byte)'1' => "POP_MARK",
            (byte)'2' => "DUP",
            _ => null,
        };
        return name is null ? $"0x{opcode:x2}" : $"{name} (0x{opcode:x2})";
    }

    /// <summary>Text from the file, safe to show: short and without control characters.</summary>
    private static string Printable(string text) =>
        string.Concat((text.Length > 100 ? text[..100] + "…" : text).Select(c => char.IsControl(c) ? '?' : c));
}
