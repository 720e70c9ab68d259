using System.CommandLine;
using Unroll.Studies;
using Unroll.Studies.Storage;

namespace Unroll.Cli.Commands.Study;

/// <summary>Stores as commands are given them: the folder of a study's runs, or the file in it.</summary>
internal static class StoreArguments
{
    public static Argument<string> Folder(string name) => new(name)
    {
        Description = $"Output folder of a study, such as runs/NAME, or the {RunOptions.StoreFile} in it.",
        HelpName = "DIR",
    };

    /// <summary>The folder, also if the file was named.</summary>
    public static string FolderOf(string given) =>
        File.Exists(given) && Path.GetFileName(given) == RunOptions.StoreFile ? Path.GetDirectoryName(Path.GetFullPath(given))! : given;

    public static SqliteStore Open(string given) => SqliteStore.Open(File.Exists(given) ? given : Path.Combine(given, RunOptions.StoreFile));
}
