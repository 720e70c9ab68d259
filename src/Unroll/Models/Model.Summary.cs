using Unroll.Layers;
using Unroll.Models;

namespace Unroll;

public partial class Model
{
    /// <summary>
    /// The table that <c>model.summary()</c> prints, each line ended by a line feed. Works before any data was seen. Of models
    /// that are more than a chain a column tells where each layer's inputs come from: <c>name[call][output]</c>.
    /// </summary>
    /// <param name="style">Whose text to imitate.</param>
    /// <param name="lineLength">Width in characters; null: as Keras chooses it.</param>
    /// <param name="expandNested">Keras 3 only: whether the layers of models inside of the model follow them.</param>
    /// <param name="showTrainable">Keras 3 only: a column that says which layers training changes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The line is too short.</exception>
    public string Summary(SummaryStyle style = SummaryStyle.Keras3, int? lineLength = null, bool expandNested = false, bool showTrainable = false)
    {
        int? batch = (this as Sequential)?.InputLayer?.BatchSize ?? Graph?.Inputs.Select(input => (input.Layer as InputLayer)?.BatchSize).FirstOrDefault(size => size is not null);
        long trainable = TrainableParameters.Sum(parameter => (long)parameter.Count);
        long? optimizer = IsOptimizerBuilt ? _state!.OptimizerVariableCount : null;
        var table = new SummaryTable(
            Name, SummaryRows.Of(this, batch, expandNested), trainable, ParameterCount - trainable, optimizer, batch, !SummaryRows.IsChain(this));
        return ModelSummary.Format(table, style, lineLength, showTrainable);
    }
}
