namespace Unroll.Serving;

/// <summary>What a served classifier takes and how it follows its file.</summary>
public sealed class TextClassifierServiceOptions
{
    /// <summary>Characters of a text, at most (UTF-16 units, 20,000); longer ones are answered with 413.</summary>
    public int MaxTextLength { get; set; } = 20_000;

    /// <summary>Texts of a request, at most (100); more are answered with 413.</summary>
    public int MaxTexts { get; set; } = 100;

    /// <summary>Texts of a request that asks for explanations, at most (8); each takes hundreds of predictions.</summary>
    public int MaxExplainedTexts { get; set; } = 8;

    /// <summary>Bytes of a request's body, at most (1 MiB); larger ones are answered with 413.</summary>
    public long MaxBodyBytes { get; set; } = 1 << 20;

    /// <summary>Requests that are computed at the same time, at most: one for each processor.</summary>
    public int MaxConcurrency { get; set; } = Environment.ProcessorCount;

    /// <summary>Requests that wait for their turn, at most (100); further ones are answered with 429.</summary>
    public int QueueLimit { get; set; } = 100;

    /// <summary>Whether the file is loaded again when it changes (true).</summary>
    public bool Watch { get; set; } = true;

    /// <summary>How often the file is looked at, beside what the system tells of it (2 s): mounts of containers and networks tell nothing.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    internal void Check()
    {
        RequireAtLeast(MaxTextLength, 1, nameof(MaxTextLength));
        RequireAtLeast(MaxTexts, 1, nameof(MaxTexts));
        RequireAtLeast(MaxExplainedTexts, 0, nameof(MaxExplainedTexts));
        RequireAtLeast(MaxBodyBytes, 1, nameof(MaxBodyBytes));
        RequireAtLeast(MaxConcurrency, 1, nameof(MaxConcurrency));
        RequireAtLeast(QueueLimit, 0, nameof(QueueLimit));
        if (PollInterval < TimeSpan.FromMilliseconds(1) || PollInterval > TimeSpan.FromDays(1))
            throw new ArgumentOutOfRangeException(nameof(PollInterval), PollInterval, $"PollInterval is {PollInterval}; it must be from a millisecond to a day.");
    }

    private static void RequireAtLeast(long value, long least, string name)
    {
        if (value < least) throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be {least} or more.");
    }
}
