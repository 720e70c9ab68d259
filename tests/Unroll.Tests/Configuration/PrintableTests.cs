using System.Xml.Linq;
using Unroll.Configuration;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Configuration;

/// <summary>Texts of files on their way to terminals, documents and tables.</summary>
public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("Größe, 長さ, 😀", "Größe, 長さ, 😀")]
    [InlineData("\u001b[31mred\u001b]0;title\u0007", "␛[31mred␛]0;title␇")]
    [InlineData("a\u0000b\u007fc\u009bd", "a␀b␡c\uFFFDd")]
    [InlineData("two\nlines\tand a tab", "two\nlines\tand a tab")]
    [InlineData("exe\u202Etxt.\u2066", "exe\uFFFDtxt.\uFFFD")]
    [InlineData("\uFFFE\uFFFF\uFEFF", "\uFFFD\uFFFD\uFFFD")]
    public void Letters(string text, string printed) => Assert.Equal(printed, Printable.Of(text));

    /// <summary>In a test of its own: attributes of .NET can't hold half characters.</summary>
    [Fact]
    public void Half_characters() => Assert.Equal("half \uFFFD and \uFFFD", Printable.Of("half \ud83d and \ude00"));

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+49", "+49")] // a number
    [InlineData("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0")]
    [InlineData("-0.25", "-0.25")]
    [InlineData("-1E-07", "-1E-07")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\uFF1D1", "'\uFF1D1")]
    [InlineData("units 8", "units 8")]
    [InlineData("", "")]
    public void Fields_of_tables_are_no_formulas(string text, string field) => Assert.Equal(field, Printable.Field(text));

    [Fact]
    public void Long_names_are_cut()
    {
        Assert.Equal("xxxx… (15,000,000 letters)", Printable.Line(new string('x', 15_000_000), 4));
        Assert.Equal("xxx… (6 letters)", Printable.Cut("xxx😀y", 4)); // not through the middle of a character
        Assert.Equal("a b", Printable.Line("a\r\nb"));
    }

    [Fact]
    public void Documents_can_be_written()
    {
        var root = new XElement("a", new XAttribute("t", "\u0001"), "x\u001b", new XElement("b", "\ud800"));
        Assert.Equal("<a t=\"␁\">x␛<b>\uFFFD</b></a>", Printable.Xml(root).ToString(SaveOptions.DisableFormatting));
    }

    /// <summary>Names come from files: a terminal must not obey them, and a drawing must hold them.</summary>
    [Fact]
    public void Summaries_and_drawings_of_models_with_hostile_names()
    {
        var model = new Sequential("m\u001b[2J") { new Dense(2) { Name = "d\u001b]0;x\u0007" + new string('y', 10_000) } };
        model.Build(3);
        string summary = model.Summary(), drawing = model.ToSvg();
        Assert.DoesNotContain('\u001b', summary);
        Assert.True(summary.Length < 5000, $"{summary.Length} letters");
        Assert.DoesNotContain('\u001b', drawing);
        XDocument.Parse(drawing);
    }
}
