namespace Unroll.Classification;

/// <summary>The network that <see cref="TextClassifier"/> trains if <see cref="TextClassifierOptions.Layers"/> names none.</summary>
public enum TextRecipe
{
    /// <summary>Each of the others is trained, and the one with the smallest validation loss is kept: which reads best depends on the texts and their number.</summary>
    Auto,

    /// <summary>Embedding, bidirectional LSTM, mean over its steps: reads words in their order.</summary>
    Lstm,

    /// <summary>Embedding, Conv1D over two words (ReLU), mean over the steps: reads pairs of words.</summary>
    Convolution,

    /// <summary>Embedding, mean over the words: reads words whatever their order.</summary>
    MeanOfWords,
}
