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
    /// <param name="positions">Keras 3 only: where columns end, as shares of the line, <c>[0.5, 0.8, 1]</c>; null: as Keras chooses them.</param>
    /// <param name="layerRange">Names of the first and the last layer to show; null: all. The totals are those of the whole model.</param>
    /// <exception cref="ArgumentOutOfRangeException">The line is too short.</exception>
    /// <exception cref="ArgumentException">Positions are not ascending, or not as many as columns; or there is no layer of a name.</exception>
    public string Summary(
        SummaryStyle style = SummaryStyle.Keras3, int? lineLength = null, bool expandNested = false, bool showTrainable = false,
        IReadOnlyList<double>? positions = null, (string First, string Last)? layerRange = null)
    {
        int? batch = (this as Sequential)?.InputLayer?.BatchSize ?? Graph?.Inputs.Select(input => (input.Layer as InputLayer)?.BatchSize).FirstOrDefault(size => size is not null);
        long trainable = TrainableParameters.Sum(parameter => (long)parameter.Count);
        long? optimizer = IsOptimizerBuilt ? _state!.OptimizerVariableCount : null;
        var table = new SummaryTable(
            Name, SummaryRows.Of(this, batch, expandNested, layerRange), trainable, ParameterCount - trainable, optimizer, batch, !SummaryRows.IsChain(this));
        return ModelSummary.Format(table, style, lineLength, showTrainable, positions);
    }

    /// <summary>
    /// The model as a drawing, a self-contained SVG document that follows light and dark mode: a box for each layer with its
    /// class, name, output shape and number of weights, and arrows between. <c>model.SavePlot("model.svg")</c> writes it into a file.
    /// </summary>
    /// <param name="showShapes">Whether shapes and numbers of weights are told.</param>
    /// <exception cref="InvalidOperationException">The model has no layers.</exception>
    public string ToSvg(bool showShapes = true) => Layers.Count > 0
        ? PlotSvg.Of(this, showShapes)
        : throw new InvalidOperationException("The model has no layers. Add some first.");
}
