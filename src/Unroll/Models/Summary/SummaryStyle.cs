namespace Unroll;

/// <summary>Which Keras' text a model summary imitates.</summary>
public enum SummaryStyle
{
    /// <summary>The boxed table of Keras 3.</summary>
    Keras3,

    /// <summary>The ruled table of Keras 2.3.</summary>
    Keras2,
}
