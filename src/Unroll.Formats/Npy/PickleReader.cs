using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Unroll.Formats.Npy;

/// <summary>
/// Reads the one kind of pickle that NumPy writes for an object array of lists of integers, protocols 0 to 5. It is not a
/// general pickle machine: it builds numbers, strings, tuples and lists, knows five names, and refuses every other opcode
/// and name. Nothing in the file is ever executed or imported.
/// </summary>
internal sealed partial class PickleReader(byte[] data, int start, string source, NpzLimits limits, ReadBudget budget, int lead = 0)
{
    // Bytes of memory: values that are appended one by one, what becomes garbage by growing included; objects with what refers to them.
    private const int ValueBytes = 32, ObjectBytes = 64;

    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, PickleValue> _memo = [];
    private PickleValue[] _stack = new PickleValue[64];
    private int[] _run = new int[1024];
    private int _height;
    private int _at = start;
    private int _opcodeAt;
    private int _objects;

    /// <summary>
    /// The rows of the array, which must be as many as its header declares. Every row is an array of its own and begins
    /// with <c>lead</c> zeros.
    /// </summary>
    public int[][] ReadSequences(long declaredRows)
    {
        if (Run().Ref is not PickleArray { Items: { } items }) throw Bad("the result is not an array of objects");
        if (_at != data.Length) throw Bad($"{data.Length - _at} bytes follow the end of the pickle");
        if (items.Count != declaredRows) throw Bad($"the array has {items.Count} rows, its header declares {declaredRows}");
        if (items.IsPlain && items.Count > 0) throw Bad("row 0 is an int; a list of integers was expected");

        var rows = new int[items.Count][];
        long tokens = 0;
        long maxTokens = Math.Max(data.Length, limits.MaxSharedTokens);
        for (int i = 0; i < rows.Length; i++)
        {
            if (items.Values[i].Ref is not PickleList list)
                throw Bad($"row {i} is {items.Values[i].TypeName}; a list of integers was expected");
            if (!list.IsPlain)
                throw Bad($"row {i} holds something other than 32-bit integers ({list.Values.First(v => !v.IsInteger || v.Integer != (int)v.Integer).TypeName})");
            tokens += list.Count;
            if (tokens > maxTokens) throw Bad($"rows that share lists come to more than {maxTokens} tokens");
            rows[i] = list.ToIntegers();
        }

        return rows;
    }

    private PickleValue Run()
    {
        while (true)
        {
            _opcodeAt = _at;
            byte opcode = Byte();
            switch (opcode)
            {
                case (byte)'K': Push(PickleValue.Of(Byte())); break;
                case (byte)'M': Push(PickleValue.Of(BinaryPrimitives.ReadUInt16LittleEndian(Take(2)))); break;
                case (byte)'J': Push(PickleValue.Of(BinaryPrimitives.ReadInt32LittleEndian(Take(4)))); break;
                case (byte)'(': if (!AppendRun()) Mark(); break;
                case (byte)'e': AppendItems(PopMark()); break;
                case (byte)'a': AppendItems(_height - 1); break;
                case (byte)']': PushObject(new PickleList(lead)); break;
                case (byte)'l': MakeList(); break;
                case (byte)')': MakeTuple(_height); break;
                case (byte)'t': MakeTuple(PopMark()); break;
                case 0x85: MakeTuple(_height - 1); break;
                case 0x86: MakeTuple(_height - 2); break;
                case 0x87: MakeTuple(_height - 3); break;
                case (byte)'N': Push(PickleValue.None); break;
                case 0x88: Push(PickleValue.Of(true)); break;
                case 0x89: Push(PickleValue.Of(false)); break;
                case (byte)'I': PushDecimal(Line(), isInt: true); break;
                case (byte)'L': PushDecimal(Line(), isInt: false); break;
                case 0x8a: PushLong(Byte()); break;
                case 0x8b: PushLong(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;
                case (byte)'V': PushObject(Unescape(Line(), python2: false)); break;
                case (byte)'X': PushObject(Utf8(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
                case 0x8c: PushObject(Utf8(Byte())); break;
                case 0x8d: PushObject(Utf8(BinaryPrimitives.ReadUInt64LittleEndian(Take(8)))); break;
                case (byte)'C': PushObject(Take(Byte()).ToArray()); break;
                case (byte)'B': PushObject(Text(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))).ToArray()); break;
                case 0x8e: PushObject(Text(BinaryPrimitives.ReadUInt64LittleEndian(Take(8))).ToArray()); break;
                case (byte)'S': PushObject(Quoted(Line())); break;
                case (byte)'U': PushObject(Encoding.Latin1.GetString(Take(Byte()))); break;
                case (byte)'T': PushObject(Encoding.Latin1.GetString(Text(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))))); break;
                case (byte)'p': Remember(Index(Line())); break;
                case (byte)'q': Remember(Byte()); break;
                case (byte)'r': Remember(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;
                case 0x94: Remember((uint)_memo.Count); break;
                case (byte)'g': Recall(Index(Line())); break;
                case (byte)'h': Recall(Byte()); break;
                case (byte)'j': Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;
                case (byte)'c': PushGlobal(Line(), Line()); break;
                case 0x93: PushStackGlobal(); break;
                case (byte)'R': Reduce(); break;
                case (byte)'b': Build(); break;
                case 0x80: CheckProtocol(Byte()); break;
                case 0x95: Take(8); break; // a frame only helps buffered reading
                case (byte)'.': return Stop();
                default: throw Bad($"opcode {OpcodeName(opcode)} is not allowed");
            }
        }
    }

    /// <summary>
    /// Almost all of a file is "mark, integers, append them to the list below": read such a run straight into numbers.
    /// Anything else leaves the position where it was, for the ordinary way.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // the first file read is usually the only one
    private bool AppendRun()
    {
        if (_height == 0 || _stack[_height - 1].Ref is not PickleList { IsPlain: true } list) return false;
        if (_marks.Count > 0 && _marks[^1] == _height) return false; // the list belongs to what is below a mark
        ReadOnlySpan<byte> bytes = data;
        int[] run = _run;
        int at = _at;
        int count = 0;
        while (true)
        {
            if (bytes.Length - at < 5) return false;
            if (count == run.Length)
            {
                if (count >= limits.MaxStack) return false;
                budget.Take(2L * sizeof(int) * count, "a run of its integers");
                Array.Resize(ref _run, 2 * count);
                run = _run;
            }

            // One- and two-byte numbers alternate at random; 'K' and 'M' differ in bit 2, which saves the branch.
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(at, 4));
            if (((word - 'K') & 0xFD) == 0)
            {
                uint wide = (word >> 2) & 1;
                run[count++] = (int)((word >> 8) & (0xFF | (0xFF00 * wide)));
                at += 2 + (int)wide;
            }
            else if ((byte)word == 'J')
            {
                run[count++] = BinaryPrimitives.ReadInt32LittleEndian(bytes.Slice(at + 1, 4));
                at += 5;
            }
            else if ((byte)word == 'e')
            {
                budget.Take(list.GrowthFor(count), "its lists");
                list.Append(run.AsSpan(0, count));
                _at = at + 1;
                return true;
            }
            else
            {
                return false;
            }
        }
    }

    private void Push(PickleValue value)
    {
        if (_height == _stack.Length)
        {
            if (_height >= limits.MaxStack) throw Bad($"more than {limits.MaxStack} values wait on the stack");
            budget.Take(32L * _height, "the stack of its pickle");
            Array.Resize(ref _stack, 2 * _height);
        }

        _stack[_height++] = value;
    }

    private void PushObject(object value)
    {
        Account(1);
        Push(PickleValue.Of(value));
    }

    private void Account(int objects)
    {
        if (objects > limits.MaxObjects - _objects) throw Bad($"holds more than {limits.MaxObjects} objects");
        budget.Take(ObjectBytes * (long)objects, "the objects of its pickle");
        _objects += objects;
    }

    private PickleValue Pop()
    {
        if (_height == Floor) throw Bad("takes a value from an empty stack");
        return _stack[--_height];
    }

    private PickleValue Top => _height > Floor ? _stack[_height - 1] : throw Bad("needs a value on the stack");

    /// <summary>Values below the last mark are out of reach.</summary>
    private int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    private void Mark()
    {
        if (_marks.Count >= limits.MaxMarks) throw Bad($"nested more than {limits.MaxMarks} deep");
        _marks.Add(_height);
    }

    private int PopMark()
    {
        if (_marks.Count == 0) throw Bad("there is no mark");
        int mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        return mark;
    }

    private void AppendItems(int from)
    {
        if (from <= Floor || _stack[from - 1].Ref is not PickleList list) throw Bad("appends to something that is not a list");
        budget.Take(ValueBytes * (long)(_height - from), "its lists");
        Account(list.Append(_stack.AsSpan(from, _height - from), limits.MaxObjects - _objects));
        _height = from;
    }

    private void MakeList()
    {
        var list = new PickleList(lead);
        int from = PopMark();
        budget.Take(ValueBytes * (long)(_height - from), "its lists");
        Account(1 + list.Append(_stack.AsSpan(from, _height - from), limits.MaxObjects - _objects));
        _height = from;
        Push(PickleValue.Of(list));
    }

    private void MakeTuple(int from)
    {
        if (from < Floor) throw Bad("takes more values than the stack holds");
        Account(1 + _height - from);
        var items = _stack.AsSpan(from, _height - from).ToArray();
        _height = from;
        Push(PickleValue.Of(items));
    }

    private void Remember(uint index)
    {
        Account(1);
        _memo[index] = Top;
    }

    private void Recall(uint index)
    {
        if (!_memo.TryGetValue(index, out var value)) throw Bad($"refers to memo {index}, which was never set");
        Push(value);
    }

    private PickleValue Stop()
    {
        if (_marks.Count > 0 || _height != 1) throw Bad($"ends with {_height} values and {_marks.Count} marks on the stack");
        return _stack[0];
    }

    private void CheckProtocol(int version)
    {
        if (version > 5) throw Bad($"pickle protocol {version} is unknown");
    }

    private byte Byte()
    {
        if (_at >= data.Length) throw Bad("the file ends within the pickle");
        return data[_at++];
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > data.Length - _at) throw Bad($"declares {count} bytes, {data.Length - _at} are left");
        _at += count;
        return data.AsSpan(_at - count, count);
    }

    /// <summary>The bytes of a string or byte string of declared length.</summary>
    private ReadOnlySpan<byte> Text(ulong length)
    {
        if (length > (ulong)limits.MaxString) throw Bad($"declares a string of {length} bytes; at most {limits.MaxString} are accepted");
        budget.Take(2 * (long)length, "its strings");
        return Take((int)length);
    }

    private string Utf8(ulong length) => Encoding.UTF8.GetString(Text(length));

    /// <summary>A line without its end, as Latin-1.</summary>
    private string Line()
    {
        int room = Math.Min(data.Length - _at, limits.MaxString + 1);
        int length = data.AsSpan(_at, room).IndexOf((byte)'\n');
        if (length < 0) throw Bad(room > limits.MaxString ? $"a line is longer than {limits.MaxString} bytes" : "the file ends within a line");
        budget.Take(2L * length, "its lines");
        string line = Encoding.Latin1.GetString(data, _at, length);
        _at += length + 1;
        return line.EndsWith('\r') ? line[..^1] : line;
    }

    private uint Index(string line) =>
        uint.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out uint index) ? index
            : throw Bad($"memo index '{Printable(line)}' is not a number");

    private InvalidDataException Bad(string cause) => new($"{source}: pickle at offset {_opcodeAt}: {cause}.");
}
