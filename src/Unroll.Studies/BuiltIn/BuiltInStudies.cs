using Unroll.Configuration;

namespace Unroll.Studies;

/// <summary>The studies that come with Unroll.</summary>
public static class BuiltInStudies
{
    private const string Prefix = "Unroll.Studies.BuiltIn.";
    private const string Suffix = ".json";

    /// <summary>Their names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(BuiltInStudies).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The study of that name.</summary>
    /// <exception cref="ArgumentException">There is no such study; the message lists those there are.</exception>
    public static Study Load(string name) => Study.Parse(Source(name), name + Suffix);

    /// <summary>The document of that study, for a user to change.</summary>
    /// <exception cref="ArgumentException">There is no such study; the message lists those there are.</exception>
    public static string Source(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        using Stream? stream = typeof(BuiltInStudies).Assembly.GetManifestResourceStream(Prefix + name + Suffix);
        if (stream is null)
            throw new ArgumentException($"There is no built-in study '{name}'{NameMatching.Suggestion(name, [.. Names])}", nameof(name));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
