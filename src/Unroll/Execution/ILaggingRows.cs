namespace Unroll.Execution;

/// <summary>Rows of a table that may be some steps behind, as those see them who read the table.</summary>
internal interface ILaggingRows
{
    /// <summary>Brings all rows to the last step.</summary>
    void CatchUp();

    /// <summary>Brings some rows to the last step; a row may be named again.</summary>
    void CatchUp(ReadOnlySpan<int> rows);
}
