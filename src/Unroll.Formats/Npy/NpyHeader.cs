using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Unroll.Formats.Npy;

/// <summary>The header of a <c>.npy</c> array: a Python dictionary literal with three keys.</summary>
/// <param name="Descr">Element type in NumPy's notation, such as <c>&lt;i8</c>; <c>|O</c> for Python objects.</param>
/// <param name="FortranOrder">Whether the first index varies fastest.</param>
/// <param name="Shape">Sizes of the dimensions.</param>
/// <param name="DataOffset">Where the elements begin.</param>
internal sealed record NpyHeader(string Descr, bool FortranOrder, IReadOnlyList<long> Shape, int DataOffset)
{
    private const int MaxHeaderLength = 0xFFFF; // what version 1 can express; NumPy itself stops at 10,000
    private const int MaxRank = 32;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Bytes per element; 0 for Python objects.</summary>
    public int ItemSize => Descr switch
    {
        "|O" => 0,
        "<i8" or "<f8" => 8,
        "<i4" or "<f4" => 4,
        _ => 1,
    };

    /// <param name="data">The whole array file.</param>
    /// <param name="source">File and member, for messages.</param>
    public static NpyHeader Parse(ReadOnlySpan<byte> data, string source)
    {
        if (data.Length < 10 || !data.StartsWith(Magic))
            throw new InvalidDataException($"{source}: does not begin like a NumPy array (offset 0).");
        int major = data[6];
        if (major is < 1 or > 3) throw new InvalidDataException($"{source}: unknown array version {major}.{data[7]} (offset 6).");
        int start = major == 1 ? 10 : 12;
        if (data.Length < start) throw new InvalidDataException($"{source}: ends within its header (offset {data.Length}).");
        long length = major == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(data[8..])
            : BinaryPrimitives.ReadUInt32LittleEndian(data[8..]);
        if (length > MaxHeaderLength || length > data.Length - start)
            throw new InvalidDataException($"{source}: declares a header of {length} bytes (offset 8), {data.Length - start} bytes follow.");

        string text = (major == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(data.Slice(start, (int)length));
        return new Reader(text, source, start).Read(start + (int)length);
    }

    /// <summary>The few forms of Python literal that occur here.</summary>
    private sealed class Reader(string text, string source, int start)
    {
        private int _at;

        public NpyHeader Read(int dataOffset)
        {
            string? descr = null;
            bool? fortran = null;
            List<long>? shape = null;
            Expect('{');
            while (!TryTake('}'))
            {
                int keyAt = _at;
                string key = QuotedText();
                Expect(':');
                switch (key)
                {
                    case "descr" when descr is null: descr = Descr(); break;
                    case "fortran_order" when fortran is null: fortran = Truth(); break;
                    case "shape" when shape is null: shape = Tuple(); break;
                    default: throw Bad($"unexpected key '{key}'", keyAt);
                }

                if (TryTake(',')) continue;
                Expect('}');
                break;
            }

            Skip();
            if (_at != text.Length) throw Bad("unexpected text after the dictionary", _at);
            if (descr is null || fortran is null || shape is null)
                throw Bad("one of 'descr', 'fortran_order' and 'shape' is missing", 0);
            return new NpyHeader(descr, fortran.Value, shape, dataOffset);
        }

        private string Descr()
        {
            Skip();
            int at = _at;
            if (at < text.Length && text[at] is '[' or '(') throw Bad("structured element types are not supported", at);
            string descr = QuotedText();
            return descr switch
            {
                "|O" or "<i8" or "<i4" or "|u1" or "|i1" or "|b1" or "<f4" or "<f8" => descr,
                "<u1" => "|u1",
                _ => throw Bad($"element type '{descr}' is not supported (|O, <i8, <i4, |u1, |i1, |b1, <f4, <f8 are)", at),
            };
        }

        private bool Truth()
        {
            Skip();
            foreach (var (word, value) in new[] { ("False", false), ("True", true) })
            {
                if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0) continue;
                _at += word.Length;
                return value;
            }

            throw Bad("expected True or False", _at);
        }

        private List<long> Tuple()
        {
            var sizes = new List<long>();
            Expect('(');
            while (!TryTake(')'))
            {
                Skip();
                int from = _at;
                while (_at < text.Length && char.IsAsciiDigit(text[_at])) _at++;
                if (!long.TryParse(text.AsSpan(from, _at - from), NumberStyles.None, CultureInfo.InvariantCulture, out long size))
                    throw Bad("expected a size", from);
                sizes.Add(size);
                if (sizes.Count > MaxRank) throw Bad($"more than {MaxRank} dimensions", from);
                if (_at < text.Length && text[_at] == 'L') _at++; // Python 2 wrote long integers so
                if (TryTake(',')) continue;
                Expect(')');
                break;
            }

            return sizes;
        }

        private string QuotedText()
        {
            Skip();
            if (_at >= text.Length || text[_at] is not ('\'' or '"')) throw Bad("expected a quoted word", _at);
            int end = text.IndexOf(text[_at], _at + 1);
            if (end < 0) throw Bad("a quoted word does not end", _at);
            string word = text[(_at + 1)..end];
            _at = end + 1;
            return word;
        }

        private void Skip()
        {
            while (_at < text.Length && text[_at] is ' ' or '\n' or '\t' or '\r') _at++;
        }

        private bool TryTake(char c)
        {
            Skip();
            if (_at >= text.Length || text[_at] != c) return false;
            _at++;
            return true;
        }

        private void Expect(char c)
        {
            if (!TryTake(c)) throw Bad($"expected '{c}'", _at);
        }

        private InvalidDataException Bad(string cause, int at) =>
            new($"{source}: bad array header at offset {start + at}: {cause}.");
    }
}
