namespace Unroll.Tests.Models;

/// <summary>The model of the recorded progress texts, in plain arithmetic: Dense(1, sigmoid) on 3 inputs with SGD.</summary>
internal sealed class DenseOracle
{
    public const int Rows = 70;

    private readonly double[] _kernel = [0.5, -1, 2];
    private double _bias = 0.1;
    private double _loss, _accuracy, _count;

    public IReadOnlyDictionary<string, double> Logs =>
        new Dictionary<string, double> { ["accuracy"] = _accuracy / _count, ["loss"] = _loss / _count };

    public void ResetMetrics() => (_loss, _accuracy, _count) = (0, 0, 0);

    /// <summary>One step over rows <paramref name="from"/> to <paramref name="to"/>; a learning rate of 0 only tests.</summary>
    public void Step(int from, int to, double learningRate)
    {
        double[] gradient = new double[4];
        for (int i = from; i < to; i++)
        {
            double[] x = [.. Enumerable.Range(0, 3).Select(j => (double)(float)Math.Sin(0.7 * (3 * i + j)))];
            double y = Math.Cos(1.3 * i) > 0 ? 1 : 0;
            double p = 1 / (1 + Math.Exp(-(x[0] * _kernel[0] + x[1] * _kernel[1] + x[2] * _kernel[2] + _bias)));
            _loss -= y == 1 ? Math.Log(p) : Math.Log(1 - p);
            _accuracy += p > 0.5 == (y == 1) ? 1 : 0;
            _count++;
            for (int j = 0; j < 3; j++) gradient[j] += (p - y) * x[j] / (to - from);
            gradient[3] += (p - y) / (to - from);
        }

        for (int j = 0; j < 3; j++) _kernel[j] -= learningRate * gradient[j];
        _bias -= learningRate * gradient[3];
    }
}
