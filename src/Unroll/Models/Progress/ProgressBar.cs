using System.Globalization;
using System.Text;

namespace Unroll.Models;

/// <summary>
/// Keras 3's progress bar for one epoch, test or prediction. While it runs it shows the mean of the values that it was
/// given, each weighted with the steps since the one before, as Keras does; the final line shows the last values
/// themselves (Keras 3.11 and later).
/// </summary>
internal sealed class ProgressBar
{
    private const double Interval = 0.05; // seconds between drawings

    private readonly ProgressOutput _output;
    private readonly int? _target;
    private readonly int _verbose;
    private readonly double _start;
    private readonly List<string> _names = [];
    private readonly Dictionary<string, (double Sum, double Weight)> _values = [];
    private readonly StringBuilder _line = new();
    private double? _afterFirstStep;
    private double _lastDrawn = double.NegativeInfinity;
    private int _seen;
    private int _width;

    /// <param name="output">Where to write.</param>
    /// <param name="target">Steps to do; null: not known.</param>
    /// <param name="verbose">1 bar, 2 one line at the end.</param>
    public ProgressBar(ProgressOutput output, int? target, int verbose)
    {
        _output = output;
        _target = target;
        _verbose = verbose;
        _start = output.Seconds();
    }

    /// <summary>True if an update now would be drawn: the caller need not compute values that nobody sees.</summary>
    public bool WillDraw => _verbose == 1 && _output.IsInteractive && _output.Seconds() - _lastDrawn >= Interval;

    /// <summary>Notes values after a step, and draws unless the last drawing is too recent.</summary>
    /// <param name="current">Steps done.</param>
    /// <param name="values">Running values; may be empty.</param>
    /// <param name="isFinal">Ends the line.</param>
    public void Update(int current, IEnumerable<KeyValuePair<string, double>> values, bool isFinal)
    {
        foreach ((string name, double value) in values) Note(name, value, current, isFinal);
        _seen = current;

        double now = _output.Seconds();
        double secondsPerStep = StepTime(current, now);
        if (_verbose == 2)
        {
            if (isFinal) WriteLine(current, now - _start, secondsPerStep);
        }
        else if (isFinal || (_output.IsInteractive && now - _lastDrawn >= Interval))
        {
            Draw(current, now, secondsPerStep, isFinal);
            _lastDrawn = now;
        }
    }

    private void Note(string name, double value, int current, bool isFinal)
    {
        if (!_values.TryGetValue(name, out (double Sum, double Weight) mean)) _names.Add(name);
        double weight = Math.Max(current - _seen, 1);
        _values[name] = isFinal ? (value, 1) : (mean.Sum + value * weight, mean.Weight + weight);
    }

    /// <summary>The first step is left out once others follow: it is slower.</summary>
    private double StepTime(int current, double now)
    {
        if (current <= 0) return 0;
        double duration = _afterFirstStep is { } first && current > 1 ? (now - first) / (current - 1) : (now - _start) / current;
        if (current == 1) _afterFirstStep = now;
        return duration;
    }

    private void Draw(int current, double now, double secondsPerStep, bool isFinal)
    {
        _line.Clear();
        if (_output.IsInteractive) _line.Append('\b', _width).Append('\r');
        int prefix = _line.Length;
        string time = isFinal || _target is null
            ? ProgressBarText.TimeTaken(now - _start)
            : ProgressBarText.TimeLeft(secondsPerStep * (_target.Value - current));
        int barWidth = ProgressBarText.AppendBar(_line, current, _target, time, secondsPerStep, _output.UseStyles);
        int beforeValues = _line.Length;
        foreach (string name in _names)
        {
            double value = MeanOf(name);
            ProgressBarText.AppendValue(_line, name, value, isSmall: !(Math.Abs(value) > 1e-3));
        }

        int width = barWidth + _line.Length - beforeValues;
        if (_output.IsInteractive && width < _width) _line.Append(' ', _width - width);
        _width = width;
        if (isFinal) _line.Append('\n');
        _output.Writer.Write(_line);
        _output.Writer.Flush();
    }

    private void WriteLine(int current, double elapsed, double secondsPerStep)
    {
        _line.Clear();
        string target = _target?.ToString(CultureInfo.InvariantCulture) ?? "Unknown";
        _line.Append($"{current.ToString(CultureInfo.InvariantCulture).PadLeft(_target is null ? 7 : target.Length)}/{target}");
        _line.Append($" - {ProgressBarText.TimeTaken(elapsed)} - {ProgressBarText.StepTime(secondsPerStep)}");
        foreach (string name in _names)
        {
            double value = MeanOf(name);
            ProgressBarText.AppendValue(_line, name, value, isSmall: !(value > 1e-3));
        }

        _output.Writer.Write(_line.Append('\n'));
        _output.Writer.Flush();
    }

    private double MeanOf(string name)
    {
        (double sum, double weight) = _values[name];
        return sum / Math.Max(1, weight);
    }
}
