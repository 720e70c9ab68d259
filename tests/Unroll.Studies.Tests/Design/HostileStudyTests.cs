using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Unroll.Studies.Tests.Running;
using Xunit;

namespace Unroll.Studies.Tests.Design;

/// <summary>Study files that are made to break something: refused with their place, at once and in little memory, or harmless.</summary>
public sealed class HostileStudyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-hostile-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("model[0]", ".a")]
    [InlineData("model", "[0]")]
    [InlineData("training", ".a")]
    public void A_path_of_twenty_thousand_steps(string root, string step)
    {
        string path = root + string.Concat(Enumerable.Repeat(step, 20_000));
        string message = Refusal(Cells($"{{ \"label\": \"a\", \"changes\": {{ \"{path}\": 1 }} }}"));
        Assert.Contains("more than 64 steps", message);
        Assert.True(message.Length < 500);
    }

    [Fact]
    public void A_hundred_million_cells()
    {
        string values = string.Join(',', Enumerable.Range(1, 100));
        string axes = string.Join(',', new[] { "training.epochs", "training.batchSize", "dataset.maxLen", "dataset.numWords" }.Select(path => $"{{ \"path\": \"{path}\", \"values\": [{values}] }}"));
        Assert.Contains("100,000,000 cells up to here; it can have 10,000", Refusal(Part($"\"axes\": [{axes}]")));
    }

    [Theory]
    [InlineData("\"repeats\": 2147483647", "study.json(7,25): repeats: repeats is 2,147,483,647, which makes 4,294,967,294 trials of 2 cells; a study can have 1,000,000.")]
    [InlineData("\"repeats\": 600000", "study.json(7,25): repeats: repeats is 600,000, which makes 1,200,000 trials")]
    public void More_repeats_than_anybody_runs(string repeats, string message) =>
        Assert.StartsWith(message, Refusal(Documents.Small.Replace("\"repeats\": 2", repeats, StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void Seeds_do_not_wrap_around()
    {
        string json = Documents.Small.Replace("\"seed\": 7", "\"seed\": 2147483647", StringComparison.Ordinal);
        Assert.StartsWith("study.json(7,11): seed: seed is 2147483647, which leaves no room for 2 repeats", Refusal(json), StringComparison.Ordinal);
        Study last = Documents.Study(json.Replace("\"repeats\": 2", "\"repeats\": 1", StringComparison.Ordinal));
        Assert.Equal([int.MaxValue, int.MaxValue], last.Trials().Select(trial => trial.Seed));
        Assert.Contains("no room for 2 repeats", Assert.Throws<ArgumentException>(() => last.Trials(repeats: 2)).Message);
        Assert.Contains("1,000,000", Assert.Throws<ArgumentException>(() => Documents.Study().Trials(repeats: int.MaxValue)).Message);
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("\\udc00 after")]
    [InlineData("\\ud83dx")]
    public void Half_a_character(string text)
    {
        Assert.Contains("an escape that is no character", Refusal(Documents.Small.Replace("Two or four?", text, StringComparison.Ordinal)));
        Assert.Contains("an escape that is no character", Refusal(Documents.Small.Replace("\"question\"", $"\"{text}\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("\"model\": [{ \"units\": 3 }]")]
    [InlineData("\"model\": [{ \"type\": 3 }]")]
    [InlineData("\"model\": [{ \"type\": \"LSTM\", \"$args\": 3 }]")]
    [InlineData("\"model\": [{ \"type\": \"\" }]")]
    [InlineData("\"training\": { \"epochs\": 1, \"optimizer\": { \"learning_rate\": 1 } }")]
    public void Objects_without_a_type(string member)
    {
        string document = Part("\"cells\": [{ \"label\": \"a\" }]");
        string name = member[..member.IndexOf(':', StringComparison.Ordinal)];
        int start = document.IndexOf(name, StringComparison.Ordinal), end = document.IndexOf('\n', start);
        Refusal($"{document[..start]}{member},{document[end..]}");
        string value = member.Contains('[') ? member[(member.IndexOf('[', StringComparison.Ordinal) + 1)..^1] : "{ \"learning_rate\": 1 }";
        Refusal(Part($"\"axes\": [{{ \"path\": \"model[1]\", \"values\": [{value}, \"lstm(3)\"] }}]"));
        Refusal(Cells($"{{ \"label\": \"a\", \"changes\": {{ \"model[1]\": {value} }} }}"));
    }

    [Fact]
    public void Names_as_long_as_a_book()
    {
        string message = Refusal(Cells($"{{ \"label\": \"{new string('x', 15_000_000)}\" }}"));
        Assert.Contains("has 15,000,000 letters; it can have 500", message);
    }

    [Fact]
    public void A_device_is_no_study()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("There are no such devices.");
        Assert.Contains("a device or a pipe", Assert.Throws<InvalidDataException>(() => Study.Load("/dev/zero")).Message);
    }

    [Theory]
    [InlineData("\"numWords\": 100,", "\"numWords\": 2147483647,")]
    [InlineData("lstm(4)", "lstm(1000000)")]
    public void Layers_that_no_memory_holds(string from, string to) =>
        Assert.StartsWith("study.json(6,", Refusal(Documents.Small.Replace(from, to, StringComparison.Ordinal)), StringComparison.Ordinal);

    /// <summary>A run that has ended is reported, whatever its names hold, and no reader of the report is misled.</summary>
    [Fact]
    public void Reports_of_hostile_names()
    {
        string escape = JsonSerializer.Serialize("\u0007\u001b[31mred")[1..^1], formula = "=HYPERLINK(1)";
        string json = Documents.Small
            .Replace("Small & <simple>", $"t{escape}", StringComparison.Ordinal)
            .Replace("\"values\": [2, 4] }]", $"\"values\": [2, 4], \"labels\": [\"{escape}\", \"{formula}\"] }}], \"title\": \"{escape}\", \"notes\": {{ \"{formula}\": \"{escape}\" }}", StringComparison.Ordinal);
        StudyRunnerTests.Run(new FakeExecutor(), new RunOptions { Jobs = 1, OutputFolder = _folder }, Documents.Study(json));
        string[] files = [.. Directory.GetFiles(_folder).Where(file => !file.EndsWith(".db", StringComparison.Ordinal))]; // what the store keeps is not shown as it is
        Assert.Equal(5, files.Length);
        foreach (string file in files)
        {
            string text = File.ReadAllText(file);
            Assert.DoesNotContain(text, letter => char.IsControl(letter) && letter is not ('\n' or '\r'));
            if (file.EndsWith(".svg", StringComparison.Ordinal)) XDocument.Parse(text);
            if (file.EndsWith(".csv", StringComparison.Ordinal)) Assert.Contains($",'{formula}", text, StringComparison.Ordinal);
        }

        XElement html = XElement.Parse(File.ReadAllText(Path.Combine(_folder, "report.html"))["<!DOCTYPE html>".Length..]);
        Assert.Contains("t␇␛[31mred", html.Value, StringComparison.Ordinal);
    }

    /// <summary>Whatever bytes are changed: a study or a refusal.</summary>
    [Fact]
    public void Damaged_documents_are_read_or_refused()
    {
        int rounds = 1500 * int.Parse(Environment.GetEnvironmentVariable("UNROLL_FUZZ") ?? "1", null), refused = 0;
        string[] parts = ["{", "}", "[", "]", "\"", ":", ",", "\\ud800", "\\u0000", "null", "-1", "1e400", "\"type\"", "\"$args\"", "{\"type\":3}", "{}", "[]", "(", ")", "=", ".", "[9]", "\u001b"];
        byte[] letters = Encoding.UTF8.GetBytes(Documents.Small);
        for (int seed = 0; seed < rounds; seed++)
        {
            ulong state = (ulong)seed * 0x9E3779B97F4A7C15 + 1;
            var text = new StringBuilder(Encoding.UTF8.GetString(letters));
            for (int i = 0; i <= seed % 3; i++)
            {
                int at = Next(text.Length);
                text.Remove(at, Math.Min(Next(6), text.Length - at)).Insert(at, parts[Next(parts.Length)]);
            }

            try
            {
                Study.Parse(text.ToString());
            }
            catch (InvalidDataException)
            {
                refused++;
            }

            int Next(int below)
            {
                state = state * 6364136223846793005 + 1442695040888963407;
                return (int)((state >> 33) % (ulong)below);
            }
        }

        Assert.InRange(refused, rounds / 2, rounds - 1);
    }

    private static string Part(string content) => $$"""
        {
          "name": "hostile",
          "dataset": { "name": "synthetic", "numWords": 100, "maxLen": 10 },
          "training": { "epochs": 1 },
          "model": ["embedding(output_dim=8)", "lstm(4)", "dense(1, activation=sigmoid)"],
          "parts": [{ "name": "part", {{content}} }]
        }
        """;

    private static string Cells(string cell) => Part($"\"cells\": [{cell}]");

    private static string Refusal(string json)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        string message = Assert.Throws<InvalidDataException>(() => Study.Parse(json)).Message;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 200L << 20);
        Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds < 20);
        return message;
    }
}
