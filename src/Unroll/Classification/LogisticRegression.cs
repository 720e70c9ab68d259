using Unroll.Kernels.Math;

namespace Unroll.Classification;

/// <summary>
/// Multinomial logistic regression on sparse rows in double precision: minimises the mean crossentropy plus
/// <c>‖w‖² / (2·N·C)</c> with C = 1, without a penalty on the biases, as scikit-learn's <c>LogisticRegression()</c> does; two
/// classes have one column of weights. Minimised by L-BFGS (Nocedal, 1980).
/// </summary>
internal sealed class LogisticRegression
{
    private const int Memory = 6, MaxIterations = 100;

    private const double Tolerance = 1e-4;

    private readonly int _columns;

    private LogisticRegression(double[] weights, int columns) => (Weights, _columns) = (weights, columns);

    /// <summary>By feature, then column; the biases last.</summary>
    public double[] Weights { get; }

    public static LogisticRegression Fit(IReadOnlyList<SparseRow> rows, int[] classes, int features, int classCount, CancellationToken cancellation = default)
    {
        int columns = classCount == 2 ? 1 : classCount;
        var weights = new double[(features + 1) * columns];
        var gradient = new double[weights.Length];
        double value = Objective(rows, classes, columns, weights, gradient);
        var steps = new List<(double[] S, double[] Y, double Rho)>();
        for (int iteration = 0; iteration < MaxIterations && gradient.Max(Math.Abs) > Tolerance; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[] direction = Direction(gradient, steps);
            double slope = Dot(gradient, direction), step = steps.Count == 0 ? 1 / Math.Sqrt(-slope) : 1;
            var next = new double[weights.Length];
            var nextGradient = new double[weights.Length];
            double nextValue = double.PositiveInfinity;
            for (int tries = 0; tries < 30; tries++, step /= 2)
            {
                for (int i = 0; i < next.Length; i++) next[i] = weights[i] + step * direction[i];
                nextValue = Objective(rows, classes, columns, next, nextGradient);
                if (nextValue <= value + 1e-4 * step * slope) break;
            }

            if (nextValue >= value) break; // no step is any better: as far as the arithmetic goes
            double[] s = Difference(next, weights), y = Difference(nextGradient, gradient);
            double curvature = Dot(s, y);
            if (curvature > 1e-12)
            {
                if (steps.Count == Memory) steps.RemoveAt(0);
                steps.Add((s, y, 1 / curvature));
            }

            (weights, gradient, value) = (next, nextGradient, nextValue);
        }

        return new LogisticRegression(weights, columns);
    }

    /// <summary>The likeliest class.</summary>
    public int Predict(SparseRow row)
    {
        var scores = new double[_columns];
        Score(row, Weights, scores);
        return _columns == 1 ? scores[0] > 0 ? 1 : 0 : Array.IndexOf(scores, scores.Max());
    }

    /// <summary>The penalised loss, and its gradient.</summary>
    public static double Objective(IReadOnlyList<SparseRow> rows, int[] classes, int columns, double[] weights, double[] gradient)
    {
        Array.Clear(gradient);
        int biases = weights.Length - columns;
        var scores = new double[columns];
        double loss = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            Score(rows[i], weights, scores);
            if (columns == 1)
            {
                (double sigmoid, double softplus) = Portable.SigmoidAndSoftplus(scores[0]);
                loss += softplus - (classes[i] == 1 ? scores[0] : 0);
                scores[0] = sigmoid - classes[i];
            }
            else
            {
                double most = scores.Max(), sum = 0, right = scores[classes[i]] - most;
                for (int k = 0; k < columns; k++) sum += scores[k] = Portable.Exp(scores[k] - most);
                loss += Portable.Log(sum) - right;
                for (int k = 0; k < columns; k++) scores[k] = scores[k] / sum - (k == classes[i] ? 1 : 0);
            }

            SparseRow row = rows[i];
            for (int j = 0; j < row.Features.Length; j++)
            {
                int at = row.Features[j] * columns;
                double x = row.Values[j];
                for (int k = 0; k < columns; k++) gradient[at + k] += x * scores[k];
            }

            for (int k = 0; k < columns; k++) gradient[biases + k] += scores[k];
        }

        double penalty = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            bool isBias = i >= biases;
            gradient[i] = (gradient[i] + (isBias ? 0 : weights[i])) / rows.Count;
            if (!isBias) penalty += weights[i] * weights[i];
        }

        return (loss + penalty / 2) / rows.Count;
    }

    private static void Score(SparseRow row, double[] weights, double[] scores)
    {
        int columns = scores.Length, biases = weights.Length - columns;
        for (int k = 0; k < columns; k++) scores[k] = weights[biases + k];
        for (int j = 0; j < row.Features.Length; j++)
        {
            int at = row.Features[j] * columns;
            double x = row.Values[j];
            for (int k = 0; k < columns; k++) scores[k] += x * weights[at + k];
        }
    }

    /// <summary>Where L-BFGS goes: the two loops over the last steps.</summary>
    private static double[] Direction(double[] gradient, List<(double[] S, double[] Y, double Rho)> steps)
    {
        double[] q = Array.ConvertAll(gradient, g => -g);
        var alphas = new double[steps.Count];
        for (int i = steps.Count - 1; i >= 0; i--)
        {
            alphas[i] = steps[i].Rho * Dot(steps[i].S, q);
            Add(q, steps[i].Y, -alphas[i]);
        }

        if (steps.Count > 0)
        {
            double scale = 1 / (steps[^1].Rho * Dot(steps[^1].Y, steps[^1].Y));
            for (int i = 0; i < q.Length; i++) q[i] *= scale;
        }

        for (int i = 0; i < steps.Count; i++) Add(q, steps[i].S, alphas[i] - steps[i].Rho * Dot(steps[i].Y, q));
        return q;
    }

    private static void Add(double[] to, double[] x, double factor)
    {
        for (int i = 0; i < to.Length; i++) to[i] += factor * x[i];
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static double[] Difference(double[] a, double[] b)
    {
        var result = new double[a.Length];
        for (int i = 0; i < result.Length; i++) result[i] = a[i] - b[i];
        return result;
    }
}

/// <summary>Features of a sample that are not 0, ascending, and their values.</summary>
internal readonly record struct SparseRow(int[] Features, float[] Values);
