namespace Unroll.Models;

/// <summary>Puts the boxes of a drawing side by side so that few lines cross and most go straight down.</summary>
internal static class PlotLayout
{
    private const double Gap = 28;
    private const int Sweeps = 12;

    /// <summary>Orders each row and sets the boxes' places; the leftmost edge is 0.</summary>
    /// <returns>The width of all.</returns>
    public static double Arrange(IReadOnlyList<List<PlotBox>> rows)
    {
        foreach (List<PlotBox> row in rows) Spread(row, [.. row.Select(_ => 0.0)]);
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            foreach (List<PlotBox> row in rows.Skip(1)) Order(row, box => box.Above);
            foreach (List<PlotBox> row in rows.Reverse().Skip(1)) Order(row, box => box.Below);
        }

        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            foreach (List<PlotBox> row in rows.Skip(1)) Spread(row, [.. row.Select(box => Middle(box, box.Above))]);
            foreach (List<PlotBox> row in rows.Reverse().Skip(1)) Spread(row, [.. row.Select(box => Middle(box, box.Below))]);
        }

        double left = rows.Min(row => row.Min(box => box.X - box.Width / 2)), right = rows.Max(row => row.Max(box => box.X + box.Width / 2));
        foreach (PlotBox box in rows.SelectMany(row => row)) box.X -= left;
        return right - left;
    }

    private static void Order(List<PlotBox> row, Func<PlotBox, List<PlotBox>> neighbours)
    {
        PlotBox[] ordered = [.. row.OrderBy(box => Middle(box, neighbours(box)))]; // stable
        row.Clear();
        row.AddRange(ordered);
        Spread(row, [.. row.Select(box => Middle(box, neighbours(box)))]);
    }

    private static double Middle(PlotBox box, List<PlotBox> neighbours) => neighbours.Count == 0 ? box.X : neighbours.Average(other => other.X);

    /// <summary>Sets boxes as near as can be to where they want to be, in their order and without touching.</summary>
    private static void Spread(List<PlotBox> row, double[] wanted)
    {
        // Boxes that would overlap form a block around the mean of what its members want.
        var blocks = new List<(double Sum, int Count, double Offset, int First)>(); // Offset: of the last box from the first
        for (int i = 0; i < row.Count; i++)
        {
            (double Sum, int Count, double Offset, int First) block = (wanted[i], 1, 0, i);
            while (blocks.Count > 0 && Start(blocks[^1]) + blocks[^1].Offset + Distance(row[block.First - 1], row[block.First]) > Start(block))
            {
                (double Sum, int Count, double Offset, int First) before = blocks[^1];
                double shift = before.Offset + Distance(row[block.First - 1], row[block.First]);
                block = (before.Sum + block.Sum - shift * block.Count, before.Count + block.Count, shift + block.Offset, before.First);
                blocks.RemoveAt(blocks.Count - 1);
            }

            blocks.Add(block);
        }

        foreach ((double Sum, int Count, double Offset, int First) block in blocks)
        {
            double x = Start(block);
            for (int i = block.First; i < block.First + block.Count; i++)
            {
                if (i > block.First) x += Distance(row[i - 1], row[i]);
                row[i].X = x;
            }
        }

        static double Start((double Sum, int Count, double Offset, int First) block) => block.Sum / block.Count;
        static double Distance(PlotBox left, PlotBox right) => (left.Width + right.Width) / 2 + Gap;
    }
}
