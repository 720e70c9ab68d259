using System.Globalization;

namespace Unroll.Kernels.Memory;

/// <summary>
/// What the machine, or the container, has. Asked before something large is made: systems hand out more than there is, and
/// end the process when it is used.
/// </summary>
internal static class MachineMemory
{
    /// <summary>Bytes that the process can use at most.</summary>
    public static long Available { get; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and var bytes ? bytes : long.MaxValue;

    /// <summary>True if there is less.</summary>
    public static bool IsShort(double bytes) => bytes > Available;

    /// <summary><c>16.8 GB</c>.</summary>
    public static string Text(double bytes) => bytes switch
    {
        >= 1e18 => "more than a million TB",
        >= 1e12 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e12:N1} TB"),
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:N1} GB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N1} MB"),
    };

    /// <summary>Says what is too large: <c>… would take 64.0 GB; this machine has 16.8 GB</c>.</summary>
    public static string Refusal(string what, double bytes) => $"{what} would take {Text(bytes)} of memory; this machine has {Text(Available)}.";
}
