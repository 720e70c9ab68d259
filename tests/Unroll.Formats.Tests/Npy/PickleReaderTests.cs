using System.Diagnostics;
using Unroll.Formats.Npy;
using Xunit;
using static Unroll.Tests.Support.Pickles;

namespace Unroll.Formats.Tests.Npy;

/// <summary>The restricted pickle machine: the dialects it must know, and everything it must refuse.</summary>
public sealed class PickleReaderTests
{
    private static int[][] Read(long rows, byte[] pickle, NpzLimits? limits = null) =>
        NpyArray.Parse(ObjectNpy(rows, pickle), "x.npy", limits).ReadSequences();

    private static string Refused(long rows, byte[] pickle, NpzLimits? limits = null) =>
        Assert.Throws<InvalidDataException>(() => Read(rows, pickle, limits)).Message;

    [Fact]
    public void Plain_lists() =>
        Assert.Equal([[1, 2, 3], [], [200]], Read(3, Array(3, "](", ListOf(1, 2, 3), "]", ListOf(200), "e")));

    [Theory]
    [InlineData("(lp1\nI7\naI-300\naL70000L\naL5\na")] // protocol 0
    [InlineData("(I7\nI-300\nL70000L\nI5\nl")]
    [InlineData("](I7\nI-300\nL70000L\nI5\ne")]
    [InlineData("](\u008a\u0001\u0007\u008a\u0002\u00d4\u00fe\u008b\u0003\u0000\u0000\u0000\u0070\u0011\u0001I5\ne")]
    public void Other_spellings_of_integers(string list) =>
        Assert.Equal([[7, -300, 70000, 5]], Read(1, Array(1, "]", list, "a")));

    [Fact]
    public void Batches_continue_a_list()
    {
        byte[] batch = Bytes("(", Bytes([.. Enumerable.Repeat((object)Bytes("K", 1), 1000)]), "e");
        var rows = Read(1, Array(1, "](", "]", batch, batch, batch, "K", 9, "a", "e"));
        Assert.Equal(3001, rows[0].Length);
        Assert.Equal(9, rows[0][3000]);
    }

    [Fact]
    public void Numpy_2_name_and_stack_global()
    {
        byte[] pickle = Bytes(
            0x80, 4, 0x95, UInt64(12345), 0x8c, 17, "numpy._core.multi", 0x94, 0x8c, 12, "_reconstruct", 0x94);
        Assert.Contains("'numpy._core.multi._reconstruct' is not allowed", Refused(0, Bytes(pickle, 0x93)));
        byte[] good = Bytes(
            0x80, 4, 0x8c, 22, "numpy._core.multiarray", 0x94, 0x8c, 12, "_reconstruct", 0x94, 0x93,
            0x8c, 5, "numpy", 0x94, 0x8c, 7, "ndarray", 0x93, "K", 0, 0x85, "C", 1, "b", 0x87, "R",
            "(K", 1, "K", 1, 0x85, Dtype("O8"), 0x89, "]", ListOf(6), "a", "tb.");
        Assert.Equal([[6]], Read(1, good));
    }

    [Fact]
    public void Rows_that_share_a_list_get_arrays_of_their_own()
    {
        var rows = Read(2, Array(2, "](", ListOf(1, 2), "q", 5, "h", 5, "e"));
        Assert.Equal([[1, 2], [1, 2]], rows);
        Assert.NotSame(rows[0], rows[1]);
    }

    [Fact]
    public void Lead_leaves_room()
    {
        byte[] pickle = Array(3, "](", ListOf(4, 5), "]", Bytes("](", "K", 1, "K", 2, "e", "K", 3, "a"), "e");
        Assert.Equal([[0, 4, 5], [0], [0, 1, 2, 3]], NpyArray.Parse(ObjectNpy(3, pickle), "x").ReadSequences(lead: 1));
    }

    [Theory]
    [InlineData("cos\nsystem\n", "'os.system' is not allowed")]
    [InlineData("cposix\nsystem\n", "'posix.system' is not allowed")]
    [InlineData("cbuiltins\neval\n", "'builtins.eval' is not allowed")]
    [InlineData("cnumpy\nload\n", "'numpy.load' is not allowed")]
    [InlineData("cnumpy.core.multiarray\nscalar\n", "'numpy.core.multiarray.scalar' is not allowed")]
    [InlineData("U\u0002osU\u0006system\u0093", "'os.system' is not allowed")]
    [InlineData("(S'id'\nios\nsystem\n", "opcode INST (0x69)")]
    [InlineData("(o", "opcode OBJ")]
    [InlineData("\u0081", "opcode NEWOBJ")]
    [InlineData("Pabc\n", "opcode PERSID")]
    [InlineData("Q", "opcode BINPERSID")]
    [InlineData("\u0082\u0001", "opcode EXT")]
    [InlineData("}", "opcode EMPTY_DICT")]
    [InlineData("G\0\0\0\0\0\0\0\0", "opcode BINFLOAT")]
    [InlineData("0", "opcode POP")]
    [InlineData("2", "opcode DUP")]
    [InlineData("\u0097", "opcode NEXT_BUFFER")]
    [InlineData("\u00fe", "opcode 0xfe")]
    [InlineData("\u0080\u0006", "protocol 6")]
    [InlineData("h\u0007", "memo 7, which was never set")]
    [InlineData("gnine\n", "'nine' is not a number")]
    [InlineData("q\u0001", "needs a value")]
    [InlineData("a", "not a list")]
    [InlineData("e", "no mark")]
    [InlineData("l", "no mark")]
    [InlineData("t", "no mark")]
    [InlineData("\u0087", "more values than the stack holds")]
    [InlineData("R", "empty stack")]
    [InlineData("K\u0001K\u0002R", "not a function")]
    [InlineData("b", "empty stack")]
    [InlineData("]K\u0001b", "not a tuple")]
    [InlineData("])b", "cannot take a state")]
    [InlineData("cnumpy\nndarray\n)R", "numpy.ndarray cannot be called")]
    [InlineData("cnumpy\ndtype\n)R", "no name")]
    [InlineData("cnumpy\ndtype\nU\u0002i8\u0085R", "'i8' is not 'O8'")]
    [InlineData("c_codecs\nencode\n)R", "_codecs.encode on something other")]
    [InlineData("cnumpy.core.multiarray\n_reconstruct\n)R", "other arguments")]
    [InlineData("I12x\n", "not a number")]
    [InlineData("L99999999999999999999L\n", "not a number of at most 64 bits")]
    [InlineData("\u008a\u0009\0\0\0\0\0\0\0\0\u0001", "does not fit 64 bits")]
    [InlineData("\u008b\u00ff\u00ff\u00ff\u00ff", "does not fit 64 bits")]
    [InlineData("Sunquoted\n", "not quoted")]
    [InlineData("S'\\x4'\n", "damaged escape")]
    [InlineData("V\\uD8\n", "damaged escape")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ff", "declares a string of 4294967295 bytes")]
    [InlineData("T\u00ff\u00ff\u00ff\u007f", "declares a string of 2147483647 bytes")]
    [InlineData("B\u0000\u0000\u0000\u0001", "declares a string of 16777216 bytes")]
    [InlineData("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", "declares a string of 18446744073709551615 bytes")]
    [InlineData("\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f", "declares a string of")]
    [InlineData("X\u0005\0\0\0ab", "declares 5 bytes, 2 are left")]
    [InlineData("cno newline", "ends within a line")]
    [InlineData(".", "ends with 0 values")]
    [InlineData("(.", "ends with 0 values and 1 marks")]
    [InlineData("K\u0001.", "not an array of objects")]
    [InlineData("].", "not an array of objects")]
    [InlineData("", "ends within the pickle")]
    public void Refusals(string pickle, string cause)
    {
        string message = Refused(1, Bytes(pickle));
        Assert.Contains(cause, message);
        Assert.StartsWith("x.npy: pickle at offset ", message);
    }

    [Fact]
    public void Wrong_arrays()
    {
        Assert.Contains("declares 2 rows and holds 1", Refused(2, Array(2, "]", ListOf(1), "a")));
        Assert.Contains("has 1 rows, its header declares 2", Refused(2, Array(1, "]", ListOf(1), "a")));
        Assert.Contains("row 0 is an int", Refused(1, Array(1, ListOf(1))));
        Assert.Contains("row 0 is tuple", Refused(1, Array(1, "]", "K", 1, 0x85, "a")));
        Assert.Contains("row 0 is None", Refused(1, Array(1, "]", "N", "a")));
        Assert.Contains("(list)", Refused(1, Array(1, "](", "](]e", "e")));
        Assert.Contains("(bool)", Refused(1, Array(1, "](", "](", 0x88, "e", "e")));
        Assert.Contains("state of the array", Refused(1, Array(1, "N")));
        Assert.Contains("1 bytes follow", Refused(1, Bytes(Array(1, "]", ListOf(1), "a"), "N")));
    }

    [Fact]
    public void Truncated_pickles()
    {
        byte[] pickle = Array(2, "](", ListOf(1, 2, 3), Bytes("](M", 1, 2, "J", UInt32(9), "e"), "e");
        Assert.Equal([[1, 2, 3], [513, 9]], Read(2, pickle));
        for (int length = 0; length < pickle.Length; length++) Refused(2, pickle[..length]);
    }

    [Fact]
    public void A_list_in_itself_is_refused() =>
        Assert.Contains("(list)", Refused(1, Array(1, "](", "]q", 1, "h", 1, "a", "e")));

    [Fact]
    public void Shared_lists_cannot_multiply()
    {
        // One list of 1000 tokens, named by 20,000 rows: 60 kB that ask for 20 million tokens.
        byte[] thousand = Bytes("](", Bytes([.. Enumerable.Repeat((object)Bytes("K", 1), 1000)]), "eq", 1);
        byte[] again = Bytes([.. Enumerable.Repeat((object)Bytes("h", 1), 19_999)]);
        Assert.Contains("rows that share lists", Refused(20_000, Array(20_000, "](", thousand, again, "e")));
    }

    [Theory]
    [InlineData("]")] // lists without end
    [InlineData("]q\u0001")] // memo entries
    [InlineData(")")] // tuples
    [InlineData("(")] // marks
    [InlineData("N")] // values that wait
    [InlineData("U\0")] // strings
    [InlineData("K\u0001\u0085\u0085")] // nesting
    public void Floods_are_bounded(string unit)
    {
        byte[] flood = Bytes([.. Enumerable.Repeat((object)Bytes(unit), 3_000_000 / unit.Length)]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        Refused(1, flood);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 400L << 20);
    }

    [Fact]
    public void Appending_one_shared_list_again_and_again_is_bounded()
    {
        byte[] flood = Bytes([.. Enumerable.Repeat((object)Bytes("h", 1, "a"), 1_200_000)]);
        Assert.Matches("more than 1048576 objects|64 MB and 8 times its length", Refused(1, Bytes("]q", 1, flood)));
    }

    [Fact]
    public void Random_programs_never_do_anything_else()
    {
        // A small generator of its own: the test needs variety, not quality.
        byte[] opcodes = "KMJ(ea]l)t\u0085\u0086\u0087NILVXUCBSTpqrghjcRb.\u0080\u0088\u0089\u008a\u008b\u008c\u008d\u008e\u0093\u0094\u0095"
            .Select(c => (byte)c).ToArray();
        uint state = 1;
        for (int round = 0; round < 20_000; round++)
        {
            var program = new byte[40];
            for (int i = 0; i < program.Length; i++)
            {
                state = state * 1664525 + 1013904223;
                program[i] = (state >> 30) == 0 ? (byte)(state >> 8) : opcodes[(state >> 8) % opcodes.Length];
            }

            Refused(1, program);
        }
    }
}
