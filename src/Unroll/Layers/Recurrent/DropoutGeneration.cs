namespace Unroll.Layers;

/// <summary>How long the dropout masks of a recurrent layer hold. It decides results: see docs/keras-generations.md.</summary>
public enum DropoutGeneration
{
    /// <summary>One mask for the whole sequence, as Keras does from 3.8 on (Gal and Ghahramani, 2016).</summary>
    Keras3,

    /// <summary>A new mask at every time step, as tf.keras 2 does, which is far milder.</summary>
    Keras2,
}
