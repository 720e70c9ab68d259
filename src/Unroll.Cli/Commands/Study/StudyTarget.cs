using System.CommandLine;
using Unroll.Studies;

namespace Unroll.Cli.Commands.Study;

/// <summary>The study that a command is about: a built-in one by name, else a file.</summary>
internal static class StudyTarget
{
    public static Argument<string> Argument() =>
        new("study") { Description = "Name of a built-in study (see 'unroll study list') or path of a study file.", HelpName = "NAME|FILE" };

    public static Studies.Study Find(string target)
    {
        if (BuiltInStudies.Names.Contains(target, StringComparer.Ordinal)) return BuiltInStudies.Load(target);
        bool isPath = target.Contains('/') || target.Contains('\\') || target.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        return isPath || File.Exists(target) ? Studies.Study.Load(target) : BuiltInStudies.Load(target); // the last throws and lists the names
    }

    public static Option<int?> Count(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
            if (int.TryParse(text, out int value) && value >= 1) return value;
            result.AddError($"{name} is '{text}'; it must be a whole number of at least 1.");
            return null;
        },
    };
}
