using System.CommandLine;
#if !NATIVE
using System.Reflection;
using System.Runtime.Loader;
using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Metrics;
using Unroll.Optimizers;
using Unroll.Regularizers;
using Unroll.Schedules;
#endif

namespace Unroll.Cli.Infrastructure;

/// <summary>
/// Assemblies of users, whose layers, losses, … commands then know by name: every public class with a public static property
/// that holds its registration. Loading an assembly runs code of it, so it happens only where the user names the file.
/// </summary>
internal static class OwnAssemblies
{
    /// <summary>The option, which all commands have.</summary>
    public static Option<string[]> Option { get; } = new("--assembly")
    {
        Description = "An assembly (.dll) with layers, losses … of your own, which are then known by name. May be given several times.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Makes what the assemblies register known.</summary>
    /// <exception cref="ArgumentException">A file is no assembly, registers nothing, or a name that is taken; or this program can't load any.</exception>
    public static void Load(ParseResult result)
    {
        foreach (string path in result.GetValue(Option) ?? [])
        {
#if NATIVE
            throw new ArgumentException($"--assembly is '{path}', but this program is compiled natively and can't load assemblies; take the tool: dotnet tool install --global Unroll.Tool.");
#else
            Load(Path.GetFullPath(path), path);
#endif
        }
    }

#if !NATIVE
    private static readonly HashSet<string> Loaded = [];

    private static void Load(string path, string given)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"--assembly is '{given}'; there is no such file. Build the project and give the path of its .dll.", given);
        lock (Loaded)
        {
            if (Loaded.Contains(path)) return;
            object[] registrations = [.. Types(path, given).SelectMany(Registrations)];
            if (registrations.Length == 0)
            {
                throw new ArgumentException(
                    $"--assembly is '{given}', which registers nothing; a public class needs a property like public static Registration<Layer> Registration {{ get; }}.");
            }

            foreach (object registration in registrations) Register(registration);
            Loaded.Add(path);
        }
    }

    private static Type[] Types(string path, string given)
    {
        try
        {
            return new Context(path).LoadFromAssemblyPath(path).GetExportedTypes();
        }
        catch (BadImageFormatException)
        {
            throw new InvalidDataException($"--assembly is '{given}', which is no .NET assembly; give the .dll that dotnet build writes.");
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or TypeLoadException)
        {
            throw new InvalidDataException($"--assembly is '{given}', which can't be loaded: {e.Message}", e);
        }
    }

    private static IEnumerable<object> Registrations(Type type) => type.IsGenericTypeDefinition
        ? []
        : type.GetProperties(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(property => property.PropertyType is { IsGenericType: true } its && its.GetGenericTypeDefinition() == typeof(Registration<>))
            .Select(property => property.GetValue(null)!);

    private static void Register(object registration)
    {
        switch (registration)
        {
            case Registration<Layer> layer: Catalog.Register(layer); break;
            case Registration<Optimizer> optimizer: Catalog.Register(optimizer); break;
            case Registration<Loss> loss: Catalog.Register(loss); break;
            case Registration<Metric> metric: Catalog.Register(metric); break;
            case Registration<LearningRateSchedule> schedule: Catalog.Register(schedule); break;
            case Registration<Initializer> initializer: Catalog.Register(initializer); break;
            case Registration<Regularizer> regularizer: Catalog.Register(regularizer); break;
            case Registration<Constraint> constraint: Catalog.Register(constraint); break;
            case Registration<Activation> activation: Catalog.Register(activation); break;
            case Registration<Callback> callback: Catalog.Register(callback); break;
            default: throw new ArgumentException($"{registration.GetType()} is a registration of a kind that has no catalog.");
        }
    }

    /// <summary>Finds what the assembly needs beside it; what this program has already, Unroll above all, is shared.</summary>
    private sealed class Context(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
    {
        private readonly AssemblyDependencyResolver _resolver = new(path);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            try
            {
                return Default.LoadFromAssemblyName(assemblyName);
            }
            catch (FileNotFoundException)
            {
                return _resolver.ResolveAssemblyToPath(assemblyName) is { } file ? LoadFromAssemblyPath(file) : null;
            }
        }
    }
#endif
}
