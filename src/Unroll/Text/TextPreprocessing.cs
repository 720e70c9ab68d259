using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Unroll.Text;

/// <summary>The functions of Keras' <c>preprocessing.text</c>.</summary>
public static class TextPreprocessing
{
    /// <summary>What Keras replaces by a blank unless told otherwise. The apostrophe stays, and so does the carriage return.</summary>
    public const string DefaultFilters = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n";

    /// <summary>Cuts a text into words: Keras' <c>text_to_word_sequence</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="filters">Characters that separate words.</param>
    /// <param name="lower">True for lower case (Python's rules: İ becomes i and a combining dot, a final Σ becomes ς).</param>
    /// <param name="split">The separator of words, one or more characters.</param>
    /// <exception cref="ArgumentException"><paramref name="split"/> is empty.</exception>
    public static string[] TextToWordSequence(string text, string filters = DefaultFilters, bool lower = true, string split = " ")
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new List<ReadOnlyMemory<char>>();
        new WordSplitter(filters, lower, split).Split(text, words);
        return [.. words.Select(word => word.ToString())];
    }

    /// <summary>
    /// Numbers 1 … <paramref name="n"/> − 1 for the words of a text, by hashing: Keras' <c>one_hot</c>. Different words may
    /// share a number.
    /// </summary>
    /// <remarks>
    /// Keras hashes with Python's <c>hash</c>, whose values for texts change from one process to the next: nobody can
    /// reproduce them, Keras included. Here it is <see cref="HashingTrick(string, int, string, bool, string)"/> with MD5,
    /// so the numbers stay the same.
    /// </remarks>
    /// <inheritdoc cref="HashingTrick(string, int, string, bool, string)"/>
    public static int[] OneHot(string text, int n, string filters = DefaultFilters, bool lower = true, string split = " ") =>
        HashingTrick(text, n, filters, lower, split);

    /// <summary>
    /// Numbers 1 … <paramref name="n"/> − 1 for the words of a text by their MD5 sum: Keras'
    /// <c>hashing_trick(text, n, hash_function="md5")</c>, number for number.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="n">One more than the largest number; 2 or more.</param>
    /// <param name="filters">Characters that separate words.</param>
    /// <param name="lower">True for lower case.</param>
    /// <param name="split">The separator of words.</param>
    /// <returns>MD5(word in UTF-8, as a big-endian number) mod (n − 1) + 1 for each word.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="n"/> is below 2.</exception>
    public static int[] HashingTrick(string text, int n, string filters = DefaultFilters, bool lower = true, string split = " ")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 2);
        return Array.ConvertAll(TextToWordSequence(text, filters, lower, split), word => 1 + (int)(Md5(word) % (uint)(n - 1)));
    }

    /// <summary>Numbers 1 … <paramref name="n"/> − 1 for the words of a text by a hash function of your own.</summary>
    /// <param name="text">The text.</param>
    /// <param name="n">One more than the largest number; 2 or more.</param>
    /// <param name="hashFunction">The hash of a word; may be negative.</param>
    /// <param name="filters">Characters that separate words.</param>
    /// <param name="lower">True for lower case.</param>
    /// <param name="split">The separator of words.</param>
    /// <returns>hash mod (n − 1) + 1 for each word, with Python's modulus, which is never negative.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="n"/> is below 2.</exception>
    public static int[] HashingTrick(
        string text, int n, Func<string, long> hashFunction, string filters = DefaultFilters, bool lower = true, string split = " ")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 2);
        ArgumentNullException.ThrowIfNull(hashFunction);
        long range = n - 1;
        return Array.ConvertAll(TextToWordSequence(text, filters, lower, split), word =>
        {
            long rest = hashFunction(word) % range;
            return 1 + (int)(rest < 0 ? rest + range : rest);
        });
    }

    private static UInt128 Md5(string word)
    {
        Span<byte> sum = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // Keras' choice, for spreading words; nothing is protected by it.
        MD5.HashData(Encoding.UTF8.GetBytes(word), sum);
#pragma warning restore CA5351
        return BinaryPrimitives.ReadUInt128BigEndian(sum);
    }
}
