using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Random;

namespace Unroll.Layers;

/// <summary>What noise does to values.</summary>
internal enum NoiseKind
{
    Added,
    Factor,
    Alpha,
}

/// <summary>Runs <see cref="GaussianNoise"/>, <see cref="GaussianDropout"/> and <see cref="AlphaDropout"/>.</summary>
internal sealed class NoiseProgram(ProgramContext context, NoiseKind kind, double size, int? seed) : SamePlacesProgram(context)
{
    private const double Dropped = -1.7580993408473766; // what selu goes to far below 0: −λα

    private readonly bool _isActive = context.IsTraining && size > 0;

    public override Frame CreateFrame(Arena arena) => new NoiseFrame(Context.NewOutput(arena))
    {
        Noise = _isActive ? arena.Allocate((long)Context.InputSize * BatchGroup.MaxLanes) : default,
    };

    public override void Forward(Frame frame, BatchGroup group)
    {
        frame.Output.Mask = frame.Input.Mask;
        if (!_isActive)
        {
            frame.Input.Value.Span[..Size(group)].CopyTo(frame.Output.Value.Span);
            return;
        }

        int lanes = group.Lanes;
        Block noise = ((NoiseFrame)frame).Noise.Slice(0, Context.InputSize * lanes);
        Draw(noise, group);
        double slope = Slope, shift = -slope * size * Dropped;
        for (int e = 0; e < Context.InputSize; e++)
        {
            int at = LaneOffset.Of(e, Context.InputFeatures, lanes);
            ReadOnlySpan<float> x = frame.Input.Value.Span.Slice(at, lanes), drawn = noise.Span.Slice(e * lanes, lanes);
            Span<float> y = frame.Output.Value.Span.Slice(at, lanes);
            for (int lane = 0; lane < lanes; lane++)
            {
                y[lane] = kind switch
                {
                    NoiseKind.Added => x[lane] + drawn[lane],
                    NoiseKind.Factor => x[lane] * drawn[lane],
                    _ => (float)(slope * (drawn[lane] != 0 ? x[lane] : Dropped) + shift),
                };
            }
        }
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        int lanes = group.Lanes;
        float slope = (float)Slope;
        for (int e = 0; e < Context.InputSize; e++)
        {
            int at = LaneOffset.Of(e, Context.InputFeatures, lanes);
            ReadOnlySpan<float> dy = frame.Output.Gradient.Span.Slice(at, lanes);
            ReadOnlySpan<float> drawn = _isActive ? ((NoiseFrame)frame).Noise.Span.Slice(e * lanes, lanes) : default;
            Span<float> dx = frame.Input.Gradient.Span.Slice(at, lanes);
            for (int lane = 0; lane < lanes; lane++)
            {
                dx[lane] = !_isActive || kind == NoiseKind.Added ? dy[lane]
                    : kind == NoiseKind.Factor ? dy[lane] * drawn[lane]
                    : drawn[lane] != 0 ? slope * dy[lane] : 0;
            }
        }
    }

    private double Slope => 1 / Math.Sqrt((1 - size) * (1 + size * Dropped * Dropped));

    private void Draw(Block noise, BatchGroup group)
    {
        int key = seed ?? Context.Seed;
        if (kind == NoiseKind.Alpha)
        {
            DropoutMask.Fill(Context.Width, noise, Context.InputSize, group.Lanes, group.FirstRow, size, key, RandomPurpose.Dropout, Context.LayerIndex, group.Epoch, group.Step);
            return;
        }

        NormalNoise.Fill(noise.Span, Context.InputSize, group.Lanes, group.FirstRow, key, Context.LayerIndex, group.Epoch, group.Step);
        float deviation = (float)(kind == NoiseKind.Added ? size : Math.Sqrt(size / (1 - size))), mean = kind == NoiseKind.Added ? 0 : 1;
        foreach (ref float value in noise.Span) value = value * deviation + mean;
    }

    private sealed class NoiseFrame(LaneTensor output) : Frame(output)
    {
        public Block Noise { get; init; }
    }
}
