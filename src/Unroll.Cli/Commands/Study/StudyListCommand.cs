using System.CommandLine;
using Unroll.Cli.Infrastructure;
using Unroll.Studies;

namespace Unroll.Cli.Commands.Study;

/// <summary><c>unroll study list</c>: the studies that come with Unroll and their parts.</summary>
internal static class StudyListCommand
{
    public static Command Create(CliContext context)
    {
        var command = new Command("list", "List the built-in studies and their parts.");
        command.SetAction(_ =>
        {
            Write(context.Out);
            return ErrorBoundary.Success;
        });
        return command;
    }

    private static void Write(TextWriter text)
    {
        foreach (string name in BuiltInStudies.Names)
        {
            Studies.Study study = BuiltInStudies.Load(name);
            text.WriteLine($"{study.Name}: {study.Title}");
            text.WriteLine($"  {study.Question}");
            int width = study.Parts.Max(part => part.Name.Length);
            foreach (StudyPart part in study.Parts)
            {
                string cells = part.Cells.Count == 1 ? "1 cell " : $"{part.Cells.Count} cells";
                text.WriteLine($"    {part.Name.PadRight(width)}  {cells}  {part.Title}");
            }

            text.WriteLine();
        }

        text.WriteLine("Run one with: unroll study run NAME");
    }
}
