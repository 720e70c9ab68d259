using System.Globalization;

namespace Unroll.Studies.Storage;

/// <summary>A process that runs trials. Two processes never have the same one, whatever the machine does with its numbers.</summary>
/// <param name="Host">The machine as it was started last; within a container, the container.</param>
/// <param name="Process">Number of the process.</param>
/// <param name="Started">When it started, in the machine's own count.</param>
public sealed record WorkerId(string Host, int Process, long Started)
{
    /// <summary>This process.</summary>
    public static WorkerId Current { get; } = new(ThisHost(), Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0);

    /// <summary>
    /// True if the process is known to have ended: it ran here and runs no more. Of processes elsewhere nothing is known;
    /// their leases run out.
    /// </summary>
    public bool IsGone => Host == Current.Host && StartOf(Process) != Started;

    /// <summary>For people: <c>process 4711 on alpha</c>.</summary>
    public override string ToString() => $"process {Process} on {Host.Split('/')[0]}";

    // A process number means something only within one start of a machine and one container.
    private static string ThisHost()
    {
        try
        {
            string boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            return $"{Environment.MachineName}/{boot}/{new FileInfo("/proc/self/ns/pid").LinkTarget}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Environment.MachineName; // not Linux
        }
    }

    private static long? StartOf(int process)
    {
        try
        {
            // Ticks since the machine started: jumps of its clock do not change them.
            string stat = File.ReadAllText($"/proc/{process}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (OperatingSystem.IsLinux()) return null;
        }

        try
        {
            using var other = System.Diagnostics.Process.GetProcessById(process);
            return other.StartTime.ToUniversalTime().Ticks;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
