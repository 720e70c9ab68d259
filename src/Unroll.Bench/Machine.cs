using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Unroll.Kernels.Simd;

namespace Unroll.Bench;

/// <summary>What a result depends on besides the code.</summary>
/// <param name="Cpu">Name that the processor gives itself.</param>
/// <param name="Cores">Cores that the process may use.</param>
/// <param name="VectorBits">Width of the vectors that kernels use.</param>
/// <param name="System">Operating system.</param>
/// <param name="Runtime">.NET.</param>
/// <param name="Version">Unroll, with the revision that it was built from.</param>
internal sealed record Machine(string Cpu, int Cores, int VectorBits, string System, string Runtime, string Version)
{
    public static Machine Current { get; } = new(
        CpuName(), Environment.ProcessorCount, 32 * (int)VectorWidths.Best, RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription,
        typeof(Sequential).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");

    /// <summary>The name in a form that suits a folder: <c>amd-epyc-9b14-512-bit</c>.</summary>
    public string Folder
    {
        get
        {
            var name = new StringBuilder();
            foreach (char c in $"{Cpu} {VectorBits} bit".ToLowerInvariant())
            {
                if (char.IsAsciiLetterOrDigit(c)) name.Append(c);
                else if (name.Length > 0 && name[^1] != '-') name.Append('-');
            }

            return name.ToString().TrimEnd('-');
        }
    }

    private static string CpuName()
    {
        const string Key = "model name";
        try
        {
            if (OperatingSystem.IsLinux() && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal)) is { } line)
                return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }
        catch (IOException)
        {
            // only a name
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
