using System.Globalization;
using System.Text;

namespace Unroll.Models;

/// <summary>The pieces of Keras 3's progress lines.</summary>
internal static class ProgressBarText
{
    private const int Cells = 20;
    private const char Cell = '━', EmptyCell = '─'; // the second only where colours can't tell them apart
    private const string Bold = "\e[1m", Green = "\e[32m", White = "\e[37m", Reset = "\e[0m";

    /// <summary>Appends a bar and returns its width on the screen.</summary>
    /// <param name="text">Taken by the bar.</param>
    /// <param name="current">Steps done.</param>
    /// <param name="target">Steps to do; null: not known.</param>
    /// <param name="time">Time left, or time taken when finished.</param>
    /// <param name="secondsPerStep">Duration of a step.</param>
    /// <param name="useStyles">Bold and colours.</param>
    public static int AppendBar(StringBuilder text, int current, int? target, string time, double secondsPerStep, bool useStyles)
    {
        int start = text.Length, hidden = 0;
        if (target is { } steps)
        {
            int digits = DigitsOf(steps);
            int done = (int)(Cells * (double)current / steps);
            Style(Bold).Append(current.ToString(CultureInfo.InvariantCulture).PadLeft(digits)).Append('/').Append(steps);
            Style(Reset).Append(' ');
            if (done > 0)
            {
                Style(Green).Append(Cell, done);
                Style(Reset);
            }

            Style(White).Append(useStyles ? Cell : EmptyCell, Math.Max(0, Cells - done));
            Style(Reset);
        }
        else
        {
            text.Append(current.ToString(CultureInfo.InvariantCulture).PadLeft(7)).Append("/Unknown");
        }

        text.Append(' ');
        Style(Bold).Append(time);
        Style(Reset).Append(' ').Append(StepTime(secondsPerStep));
        return text.Length - start - hidden;

        StringBuilder Style(string code)
        {
            if (!useStyles) return text;
            hidden += code.Length;
            return text.Append(code);
        }
    }

    /// <summary><c>3s</c>, <c>16:39</c>, <c>4:25:52</c>: fractions of a second are dropped.</summary>
    public static string TimeLeft(double seconds)
    {
        long whole = (long)seconds;
        return seconds > 3600 ? $"{whole / 3600}:{whole % 3600 / 60:00}:{whole % 60:00}"
            : seconds > 60 ? $"{whole / 60}:{whole % 60:00}"
            : $"{whole}s";
    }

    /// <summary><c>2s</c>: rounded.</summary>
    public static string TimeTaken(double seconds) => PythonFormat.Fixed(seconds, 0) + "s";

    /// <summary><c>4ms/step</c></summary>
    public static string StepTime(double seconds) =>
        seconds is >= 1 or 0 ? PythonFormat.Fixed(seconds, 0) + "s/step"
        : seconds >= 1e-3 ? PythonFormat.Fixed(seconds * 1e3, 0) + "ms/step"
        : PythonFormat.Fixed(seconds * 1e6, 0) + "us/step";

    /// <summary><c> - loss: 0.4708</c>; small values with an exponent.</summary>
    /// <param name="text">Taken by the value.</param>
    /// <param name="name">Name of the value.</param>
    /// <param name="value">The value.</param>
    /// <param name="isSmall">True: write the exponent.</param>
    public static void AppendValue(StringBuilder text, string name, double value, bool isSmall) =>
        text.Append(" - ").Append(name).Append(": ").Append(isSmall ? PythonFormat.Exponent(value, 4) : PythonFormat.Fixed(value, 4));

    private static int DigitsOf(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
}
