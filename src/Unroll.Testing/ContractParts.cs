namespace Unroll.Testing;

/// <summary>What a layer is tried for.</summary>
[Flags]
public enum ContractParts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The output has the shape that the layer announces, and finite values.</summary>
    Shapes = 1,

    /// <summary>The same seed makes the same weights and predictions.</summary>
    Seed = 2,

    /// <summary>A repeated step, and one on three threads, give the same bits.</summary>
    Threads = 4,

    /// <summary>Vectors of 128, 256 and 512 bits give the same bits.</summary>
    Widths = 8,

    /// <summary>Gradients of weights and of the input agree with differences of the loss.</summary>
    Gradients = 16,

    /// <summary>Nothing at a masked step changes what comes out elsewhere; tried if steps are masked.</summary>
    Masks = 32,

    /// <summary>A warm training step allocates nothing.</summary>
    Allocations = 64,

    /// <summary>The configuration, written and read, makes the same layer.</summary>
    Configuration = 128,

    /// <summary>A saved and loaded model predicts the same bits.</summary>
    Files = 256,

    /// <summary>Everything.</summary>
    All = Shapes | Seed | Threads | Widths | Gradients | Masks | Allocations | Configuration | Files,
}
