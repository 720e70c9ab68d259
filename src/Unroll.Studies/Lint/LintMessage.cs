namespace Unroll.Studies.Lint;

/// <summary>One remark of the linter.</summary>
/// <param name="Code">Stable, such as <c>U001</c>.</param>
/// <param name="Part">Name of the part; null if it concerns the whole study.</param>
/// <param name="Message">What is wrong, one sentence.</param>
/// <param name="Evidence">What in the study shows it, one sentence.</param>
/// <param name="Fix">What would help, one sentence.</param>
public sealed record LintMessage(string Code, string? Part, string Message, string Evidence, string Fix)
{
    /// <summary><c>U001 nodes: message (evidence) Fix.</c></summary>
    public override string ToString() => $"{Code}{(Part is null ? "" : $" {Part}")}: {Message} {Evidence} {Fix}";
}
