using Unroll.Models;

namespace Unroll;

public partial class Model
{
    /// <summary>The table that <c>model.summary()</c> prints, each line ended by a line feed. Works before any data was seen.</summary>
    /// <param name="style">Whose text to imitate.</param>
    /// <param name="lineLength">Width in characters; null: as Keras chooses it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The line is too short.</exception>
    public string Summary(SummaryStyle style = SummaryStyle.Keras3, int? lineLength = null)
    {
        var rows = Layers.Select(layer => new SummaryRow(
            layer.Name, layer.ClassName, layer.OutputShape, layer.ParameterCount, layer.IsBuilt,
            layer.ParameterCount > 0 ? layer.TrainableParameters.Count > 0 : null));
        long trainable = TrainableParameters.Sum(parameter => (long)parameter.Count);
        long? optimizer = IsOptimizerBuilt ? _state!.Optimizer.VariableCount(trainable) : null;
        return ModelSummary.Format(new SummaryTable(Name, [.. rows], trainable, ParameterCount - trainable, optimizer), style, lineLength);
    }
}
