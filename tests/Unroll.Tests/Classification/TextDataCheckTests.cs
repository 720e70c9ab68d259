using Unroll.Classification;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Classification;

public sealed class TextDataCheckTests
{
    [Fact]
    public void What_is_wrong_is_found_with_its_line()
    {
        LabeledTexts data = Rows(
            ("a good film", "yes"), ("", "yes"), ("a bad film", "no"), ("a good film ", "yes"), ("so so", "no"), ("so so", "yes"), ("dull <br />", "no"), ("fine", " "),
            ("great", "yes"), ("awful", "no"), ("l\uFFFDve", "yes"));
        TextDataCheck check = TextDataCheck.Of(data, Rows(("great", "yes"), ("other", "no")));
        Assert.Equal([3], check.Blank);
        Assert.Equal([9], check.Unlabeled);
        Assert.Equal([5], check.Duplicates);
        Assert.Equal([6, 7], Assert.Single(check.Contradictions));
        Assert.Equal([10], check.AlsoInTest);
        Assert.Equal([KeyValuePair.Create("yes", 5), KeyValuePair.Create("no", 4)], check.Classes);
        Assert.Empty(check.Problems);
        Assert.Equal(3, check.Lengths!.Percentile(100));
        string text = check.ToString();
        Assert.Contains("11 texts, 2 classes: yes 55.6 %, no 44.4 %", text, StringComparison.Ordinal);
        Assert.Contains("lines 6, 7", text, StringComparison.Ordinal);
        Assert.Contains("wrong encoding (U+FFFD, Ã¼, â€): 1 (line 12)", text, StringComparison.Ordinal);
        Assert.Contains("11.1 % of the texts hold tags of HTML", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_that_are_no_classes_are_named()
    {
        Assert.Contains("no text that has a label", Assert.Single(TextDataCheck.Of(Rows(("a", ""))).Problems), StringComparison.Ordinal);
        Assert.Contains("all texts have the label 'x'", Assert.Single(TextDataCheck.Of(Rows(("a", "x"), ("b", "x"))).Problems), StringComparison.Ordinal);
        Assert.Contains("2 of 3 classes have fewer than 3 texts ('y' 1, 'z' 1)", Assert.Single(TextDataCheck.Of(Rows(("a", "x"), ("b", "x"), ("c", "x"), ("d", "y"), ("e", "z"))).Problems), StringComparison.Ordinal);
        TextDataCheck alike = TextDataCheck.Of(Rows(("a", "x"), ("b", "x"), ("c", "x"), ("d", "X "), ("e", "X "), ("f", "X ")));
        Assert.Contains(alike.Notes, note => note.Contains("'X ' and 'x' differ in case or blanks alone", StringComparison.Ordinal));
        Assert.Contains("no training text has: 'q'", Assert.Single(TextDataCheck.Of(Rows(("a", "x"), ("b", "x"), ("c", "x"), ("d", "y"), ("e", "y"), ("f", "y")), Rows(("t", "q"))).Problems), StringComparison.Ordinal);
    }

    private static LabeledTexts Rows(params ReadOnlySpan<(string Text, string Label)> rows)
    {
        var texts = new List<string>();
        var labels = new List<string>();
        foreach ((string text, string label) in rows)
        {
            texts.Add(text);
            labels.Add(label);
        }

        return new LabeledTexts([.. texts], [.. labels], [.. Enumerable.Range(2, texts.Count)]);
    }
}
