namespace Unroll.Formulas.Compilation;

/// <summary>What a formula is compiled for.</summary>
/// <param name="Training">Whether there is a backward pass.</param>
/// <param name="NeedsInputGradient">Whether that sets the gradient of the input.</param>
/// <param name="InputDropout">The input goes through dropout factors, the first of the sequence's factors.</param>
/// <param name="StateDropout">States go through dropout factors where they enter matrix products; one array for each state.</param>
/// <param name="OutputApart">
/// Keeps the output apart from the states even if it is one of them. Under a mask the output is zero before the first step
/// that counts, as in Keras, while the states are the initial ones: that takes an array more, for which there is no need
/// without a mask or without initial states.
/// </param>
internal sealed record FormulaOptions(
    bool Training = true, bool NeedsInputGradient = true, bool InputDropout = false, bool StateDropout = false, bool OutputApart = false);
