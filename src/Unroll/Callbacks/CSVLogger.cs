using System.Globalization;
using System.Text;
using Unroll.Configuration;
using Unroll.Models;

namespace Unroll.Callbacks;

/// <summary>
/// Writes the logs of every epoch as a line of a CSV file, in the form of Keras: <c>epoch</c> from 0 and the names of the
/// first epoch, sorted; <c>NA</c> for what an epoch does not have. The file is complete after each epoch. Values that
/// other callbacks add are there if those come earlier in the list.
/// </summary>
public sealed class CSVLogger : Callback
{
    private static readonly Argument<string> FilenameArgument = Argument.Text("filename", "");

    private static readonly Argument<string> SeparatorArgument = Argument.Text("separator", ",");

    private static readonly Argument<bool> AppendArgument = Argument.Flag("append");

    private string[]? _names;
    private bool _hasHeader;

    /// <summary>Creates the callback.</summary>
    /// <param name="filename">The file.</param>
    public CSVLogger(string filename) => Set(FilenameArgument, filename);

    /// <summary>Creates the callback; the path is a property.</summary>
    public CSVLogger()
    {
    }

    internal static Registration<Callback> Registration { get; } = new Registration<Callback, CSVLogger>("CSVLogger")
    {
        Arguments = [FilenameArgument, SeparatorArgument, AppendArgument],
        Make = values => values.Has(FilenameArgument) ? new CSVLogger() : throw CallbackArguments.Missing("CSVLogger", FilenameArgument, "log.csv"),
    };

    /// <summary>The file.</summary>
    public string Filename { get => Get(FilenameArgument); init => Set(FilenameArgument, value); }

    /// <summary>Between the values of a line.</summary>
    public string Separator { get => Get(SeparatorArgument); init => Set(SeparatorArgument, value); }

    /// <summary>True: go on behind what the file holds already; false: begin it anew.</summary>
    public bool Append { get => Get(AppendArgument); init => Set(AppendArgument, value); }

    /// <inheritdoc/>
    public override bool WritesFiles => true;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is no <see cref="Filename"/> or <see cref="Separator"/>.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public override void OnTrainBegin()
    {
        if (Filename.Length == 0) throw new InvalidOperationException("CSVLogger: Filename is not set.");
        if (Separator.Length == 0) throw new InvalidOperationException("CSVLogger: Separator is empty; use \",\", \";\" or \"\\t\".");
        _names = null;
        bool keeps = Append || GoesOn;
        _hasHeader = keeps && new FileInfo(Filename) is { Exists: true, Length: > 0 };
        if (!keeps) File.WriteAllBytes(Filename, []);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, IDictionary<string, double> logs)
    {
        var text = new StringBuilder();
        if (_names is null)
        {
            IEnumerable<string> names = logs.Keys;
            if (!names.Any(name => name.StartsWith("val_", StringComparison.Ordinal))) names = names.Concat(names.Select(name => "val_" + name));
            _names = [.. names.Order(StringComparer.Ordinal)];
            if (!_hasHeader) AppendLine(text, _names.Prepend("epoch"));
            _hasHeader = true;
        }

        AppendLine(text, _names.Select(name => logs.TryGetValue(name, out double value) ? PythonFormat.Repr(value) : "NA")
            .Prepend(epoch.ToString(CultureInfo.InvariantCulture)));
        File.AppendAllText(Filename, text.ToString()); // nothing stays open if the training fails
    }

    internal override CallbackMemory? GetMemory() => new FileInfo(Filename) is { Exists: true } file ? new(new Dictionary<string, double> { ["bytes"] = file.Length }) : null;

    /// <summary>Lines of epochs that were lost, and come again, are taken away.</summary>
    internal override void SetMemory(CallbackMemory memory)
    {
        if (!File.Exists(Filename)) return;
        using FileStream file = File.OpenWrite(Filename);
        if (memory["bytes"] is { } bytes && bytes < file.Length) file.SetLength((long)bytes);
        _hasHeader = file.Length > 0;
    }

    private void AppendLine(StringBuilder text, IEnumerable<string> values) =>
        text.AppendJoin(Separator, values.Select(Quoted)).Append("\r\n");

    private string Quoted(string name)
    {
        string value = Printable.Field(name); // names of outputs and metrics come from files
        return value.Contains(Separator, StringComparison.Ordinal) || value.AsSpan().ContainsAny("\"\r\n")
            ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : value;
    }
}
