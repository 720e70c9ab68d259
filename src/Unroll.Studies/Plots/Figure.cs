namespace Unroll.Studies.Plots;

/// <summary>Panels side by side with one legend.</summary>
/// <param name="Title">Above the panels; empty for none.</param>
/// <param name="Panels">From left to right.</param>
public sealed record Figure(string Title, IReadOnlyList<Panel> Panels)
{
    /// <summary>The figure as a self-contained SVG document that follows light and dark mode.</summary>
    public string ToSvg() => FigureSvg.Document(this);
}

/// <summary>Two axes and the lines between them.</summary>
/// <param name="Title">Above the panel.</param>
/// <param name="XLabel">Label of the horizontal axis, with its unit.</param>
/// <param name="YLabel">Label of the vertical axis, with its unit.</param>
/// <param name="Lines">The lines, first drawn first.</param>
public sealed record Panel(string Title, string XLabel, string YLabel, IReadOnlyList<Line> Lines)
{
    /// <summary>True if only whole numbers make sense on the horizontal axis, such as epochs.</summary>
    public bool IntegerX { get; init; } = true;

    /// <summary>True if the vertical axis begins at 0, as it should for times and counts.</summary>
    public bool FromZero { get; init; }
}

/// <summary>One line of a panel. Points whose Y is not finite are left out.</summary>
/// <param name="Label">What the legend calls it; lines with the same label share an entry and a colour.</param>
/// <param name="X">Horizontal positions, ascending.</param>
/// <param name="Y">Values, one per position.</param>
public sealed record Line(string Label, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Drawn dashed, as validation is.</summary>
    public bool Dashed { get; init; }

    /// <summary>Lower edge of the band around the line; null for none.</summary>
    public IReadOnlyList<double>? Lower { get; init; }

    /// <summary>Upper edge of the band around the line; null for none.</summary>
    public IReadOnlyList<double>? Upper { get; init; }
}
