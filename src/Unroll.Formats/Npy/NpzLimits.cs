namespace Unroll.Formats.Npy;

/// <summary>
/// What one archive member may cost. The defaults are about nine times what the largest data set in use needs
/// (IMDB: 14 MB per member, 25,000 lists), so that a hostile file is refused within a second and a few hundred megabytes.
/// </summary>
internal sealed record NpzLimits
{
    public static NpzLimits Default { get; } = new();

    /// <summary>Largest size of a member after inflation, in bytes.</summary>
    public int MaxMemberBytes { get; init; } = 128 << 20;

    /// <summary>Lists, tuples, strings and memo entries that one pickle may create, each kind counted together.</summary>
    public int MaxObjects { get; init; } = 1 << 20;

    /// <summary>Values waiting on the pickle machine's stack. Writers flush a list every 1000 items.</summary>
    public int MaxStack { get; init; } = 1 << 20;

    /// <summary>Open marks, that is nested containers under construction.</summary>
    public int MaxMarks { get; init; } = 256;

    /// <summary>Longest string or byte string; the real ones are names of types.</summary>
    public int MaxString { get; init; } = 1 << 16;

    /// <summary>
    /// Tokens of all sequences together where the file shares one list between several rows; without sharing the size of
    /// the member is the bound.
    /// </summary>
    public int MaxSharedTokens { get; init; } = 1 << 24;
}
