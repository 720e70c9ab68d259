using Unroll.Kernels.Math;
using Unroll.Random;

namespace Unroll.Classification;

/// <summary>Explains a prediction by leaving out words; see <see cref="TextExplanation"/>.</summary>
internal static class ShapleyWords
{
    private const double Closest = 1e-7; // Keras' epsilon

    public static TextExplanation Explain(TextClassifier classifier, WordReader reader, string text, int place, int orders, int seed, CancellationToken cancellation)
    {
        List<(string Text, int Start, string[] Words)> pieces = Pieces(text, reader);
        bool[] isRead = Read(pieces, reader);
        int[] players = [.. Enumerable.Range(0, pieces.Count).Where(i => isRead[i] && pieces[i].Words.Length > 0)];
        var contributions = new double[pieces.Count];
        float[][] ends = classifier.Probabilities([Join(players), ""]);
        bool isAlone = classifier.HasSeveralLabels;
        double full = Score(ends[0], place, isAlone), empty = Score(ends[1], place, isAlone);
        int[] order = [.. players];
        int runs = players.Length < 2 ? 1 : orders;
        for (int run = 0; run < runs; run++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (run % 2 == 0) new Philox(seed, RandomPurpose.WordOrder, run).Shuffle<int>(order);
            else Array.Reverse(order);
            var texts = new string[Math.Max(0, order.Length - 1)];
            var present = new SortedSet<int>();
            for (int i = 0; i < texts.Length; i++)
            {
                present.Add(order[i]);
                texts[i] = Join(present);
            }

            float[][] between = texts.Length == 0 ? [] : classifier.Probabilities(texts);
            double before = empty;
            for (int i = 0; i < order.Length; i++)
            {
                double after = i < between.Length ? Score(between[i], place, isAlone) : full;
                contributions[order[i]] += (after - before) / runs;
                before = after;
            }
        }

        return new TextExplanation(
            classifier.Labels[place], ends[0][place], full, empty,
            [.. pieces.Select((piece, i) => new WordContribution(piece.Text, piece.Start, contributions[i], piece.Words.Length == 0 || piece.Words.Any(reader.IsKnown), isRead[i]))]);

        string Join(IEnumerable<int> kept) => string.Join(' ', kept.Select(i => pieces[i].Text));
    }

    /// <summary>The log-odds of a class against all others, or of a label that is independent of others against its absence.</summary>
    private static double Score(float[] probabilities, int place, bool isAlone)
    {
        double p = probabilities[place], others = isAlone ? 1 - p : 0;
        for (int k = 0; k < probabilities.Length && !isAlone; k++)
            if (k != place) others += probabilities[k];
        return Portable.Log(Math.Clamp(p, Closest, 1 - Closest)) - Portable.Log(Math.Clamp(others, Closest, 1 - Closest));
    }

    /// <summary>What stands between white space.</summary>
    private static List<(string Text, int Start, string[] Words)> Pieces(string text, WordReader reader)
    {
        var pieces = new List<(string, int, string[])>();
        for (int at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            int end = at;
            while (end < text.Length && !char.IsWhiteSpace(text[end])) end++;
            string piece = text[at..end];
            pieces.Add((piece, at, reader.Words(piece)));
            at = end;
        }

        return pieces;
    }

    private static bool[] Read(List<(string Text, int Start, string[] Words)> pieces, WordReader reader)
    {
        var isRead = new bool[pieces.Count];
        int left = reader.Length ?? int.MaxValue;
        for (int i = 0; i < pieces.Count && left > 0; i++)
        {
            int at = reader.ReadsEnd ? pieces.Count - 1 - i : i;
            isRead[at] = true;
            left -= pieces[at].Words.Length;
        }

        return isRead;
    }
}
