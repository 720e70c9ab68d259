using System.CommandLine;
using Unroll.Cli.Infrastructure;
using Unroll.Studies;
using Unroll.Studies.Storage;

namespace Unroll.Cli.Commands.Study;

/// <summary>
/// Stores as commands are given them: the folder of a study's runs, the file in it, or an address
/// (<c>sqlite:///runs/a/study.db</c>, <c>postgresql://user@host/database</c>).
/// </summary>
internal static class StoreArguments
{
    private const string Sqlite = "sqlite:///";

    private const string Forms = "postgresql://USER@HOST/DATABASE or sqlite:///PATH";

    public static Argument<string> Folder(string name) => new(name)
    {
        Description = $"Output folder of a study, such as runs/NAME, the {RunOptions.StoreFile} in it, or the address of a store.",
        HelpName = "DIR",
    };

    /// <summary>A folder that may be left out where <c>--store</c> is given.</summary>
    public static Argument<string?> OptionalFolder() => new("dir")
    {
        Description = $"Output folder of a study, such as runs/NAME, or the {RunOptions.StoreFile} in it; or give --store.",
        HelpName = "DIR",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Option<string?> Store(string description) => CliOptions.OptionalText("--store", "URL", $"{description}: {Forms}.");

    public static Option<string?> Study() => CliOptions.OptionalText("--study", "NAME", "Which study, where a store has several.");

    /// <summary>The folder, also if the file was named.</summary>
    public static string FolderOf(string given) =>
        File.Exists(given) && Path.GetFileName(given) == RunOptions.StoreFile ? Path.GetDirectoryName(Path.GetFullPath(given))! : given;

    /// <summary>Opens a store that is there.</summary>
    public static IStudyStore Open(string given) =>
        IsAddress(given) ? OpenAddress(given, create: false) : SqliteStore.Open(File.Exists(given) ? given : Path.Combine(given, RunOptions.StoreFile));

    /// <summary>Opens the store of one of the two ways in which a command is told where it is.</summary>
    public static IStudyStore Open(ParseResult result, Argument<string?> folder, Option<string?> store) => (result.GetValue(folder), result.GetValue(store)) switch
    {
        ({ } its, null) => Open(its),
        (null, { } url) => OpenAddress(url, create: false),
        (null, null) => throw new ArgumentException("Which study? Give its output folder, such as runs/NAME, or --store."),
        _ => throw new ArgumentException("A folder and --store are two stores; give one of them."),
    };

    /// <summary>Opens the store at an address.</summary>
    public static IStudyStore OpenAddress(string url, bool create)
    {
        if (url.StartsWith("postgresql://", StringComparison.Ordinal) || url.StartsWith("postgres://", StringComparison.Ordinal)) return PostgreSqlStore.Open(url);
        if (url.StartsWith(Sqlite, StringComparison.Ordinal) && url.Length > Sqlite.Length) return SqliteStore.Open(url[Sqlite.Length..], create); // three slashes lead to a path from here, four to one from the root, as in other tools
        throw new ArgumentException($"--store is '{url}'; it must be {Forms}.");
    }

    /// <summary>The address of a store, for a command that somebody may copy; without a password.</summary>
    public static string Address(this IStudyStore store) => store is SqliteStore ? Sqlite + store.Location : store.Location;

    /// <summary>Whether a store is one file of this machine.</summary>
    public static bool IsFile(string url) => url.StartsWith(Sqlite, StringComparison.Ordinal);

    private static bool IsAddress(string given) => given.Contains("://", StringComparison.Ordinal);
}
