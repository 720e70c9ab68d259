using BenchmarkDotNet.Attributes;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Models.Execution;
using Unroll.Testing;

namespace Unroll.Benchmarks;

/// <summary>A recurrent layer on 32 rows of 80 steps of 8 features: forward, and forward with backward.</summary>
public class RecurrentBenchmarks
{
    private const int Lanes = BatchGroup.MaxLanes, Steps = 80, Features = 8;
    private readonly Arena _arena = new();
    private LayerProgram? _program;
    private LayerBuffers? _buffers, _input;
    private BatchGroup? _group;

    [Params("SimpleRNN", "LSTM", "GRU")]
    public string Cell { get; set; } = "";

    [Params(8, 32, 128)]
    public int Units { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        RecurrentLayer layer = Cell switch { "LSTM" => new LSTM(Units), "GRU" => new GRU(Units), _ => new SimpleRNN(Units) };
        var model = new Sequential(seed: 1) { new Embedding(100, Features), layer };
        model.Build(Steps);
        var gradients = new GradientStore(_arena, model.Layers, 1);
        ProgramContext Context(int index) => new(
            _arena, VectorWidths.Best, Steps, index == 0 ? 1 : Features, index, 1, gradients, index > 0, EmitsLogits: false, Lanes, ProjectedEmbedding: null);
        _group = new BatchGroup { Lanes = Lanes, Rows = Lanes, Steps = Steps, Ids = new int[Lanes * Steps], Training = true };
        var random = new System.Random(1);
        for (int i = 0; i < _group.Ids.Length; i++) _group.Ids[i] = random.Next(100);
        LayerProgram embedding = model.Layers[0].CreateProgram(Context(0));
        _program = layer.CreateProgram(Context(1));
        embedding.Prepare();
        _program.Prepare();
        (_input, _buffers) = (embedding.CreateBuffers(_arena), _program.CreateBuffers(_arena));
        embedding.Forward(_input, _input, _group);
        Floats.Values(random, _buffers.OutputGradient.Length, scale: 0.01f).CopyTo(_buffers.OutputGradient.Span);
    }

    [GlobalCleanup]
    public void Cleanup() => _arena.Free();

    [Benchmark(Baseline = true)]
    public void Forward() => _program!.Forward(_buffers!, _input!, _group!);

    [Benchmark]
    public void ForwardAndBackward()
    {
        _program!.Forward(_buffers!, _input!, _group!);
        _program.Backward(_buffers!, _input!, _group!);
    }
}
