using System.Globalization;
using System.Text;

namespace Unroll.Classification;

/// <summary>A word of a text and what it did for the score.</summary>
/// <param name="Text">As the text has it.</param>
/// <param name="Start">The place of its first letter in the text.</param>
/// <param name="Contribution">What it added to the score; below 0: what it took away.</param>
/// <param name="IsKnown">False: the vocabulary does not have it.</param>
/// <param name="IsRead">False: it lies beyond the length that the model reads, so that it has no contribution.</param>
public sealed record WordContribution(string Text, int Start, double Contribution, bool IsKnown, bool IsRead);

/// <summary>
/// What each word of a text did for a class: Shapley values (1953), estimated from orders of the words (Castro et al., 2009). Words
/// come to an empty text one after the other, in a random order and in the same order backwards, in their places; what a word
/// contributes is the mean change of the score when it comes. The contributions add up to the score less that of the empty text,
/// whatever the number of orders.
/// </summary>
/// <param name="Label">The class that is explained.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Score">Its log-odds, <c>ln(p / (1 − p))</c>, with p held within 1e-7 of 0 and 1.</param>
/// <param name="BaseScore">The score of the empty text.</param>
/// <param name="Words">The words, in the order of the text.</param>
public sealed record TextExplanation(string Label, float Probability, double Score, double BaseScore, IReadOnlyList<WordContribution> Words)
{
    /// <summary>The sum, and a line for each word, those that matter most first.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Label}: score {Score:F2} = {BaseScore:F2} of the empty text {Sign(Words.Sum(word => word.Contribution))} of the words\n");
        foreach (WordContribution word in Words.Where(word => word.IsRead).OrderByDescending(word => Math.Abs(word.Contribution)))
            text.Append(CultureInfo.InvariantCulture, $"{word.Contribution,7:+0.00;-0.00;0.00}  {word.Text}{(word.IsKnown ? "" : "  (unknown)")}\n");
        int unread = Words.Count(word => !word.IsRead);
        if (unread > 0) text.Append(CultureInfo.InvariantCulture, $"{unread} words lie beyond the length that the model reads.\n");
        return text.ToString();

        static string Sign(double value) => string.Create(CultureInfo.InvariantCulture, $"{(value < 0 ? "−" : "+")} {Math.Abs(value):F2}");
    }
}
