using System.Globalization;
using System.Text.Json.Nodes;
using Unroll.Models.Training;

namespace Unroll.Saving;

/// <summary>How far a compiled model was trained: weights, optimizer, and the counts that key its random numbers.</summary>
internal static class ModelProgress
{
    private const string Epochs = "epochs", Rate = "learning_rate";

    /// <summary>What <see cref="ModelWriter.WriteWeights"/> does not write.</summary>
    public static JsonObject Write(Model model)
    {
        TrainingState state = model.State!;
        var json = new JsonObject { [Epochs] = state.Epochs };
        if (state.Optimizer.Schedule is null) json[Rate] = Text(state.Optimizer.RateAt(1)); // all digits: the weights' file has those of a float32
        if (state.AreAveragesInPlace) json[ModelFile.AveragesInPlaceKey] = true;
        return json;
    }

    /// <summary>Puts a model that was made and compiled alike back to where another was.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or not of this model.</exception>
    public static void Restore(Model model, JsonObject json, byte[] weights, string path)
    {
        model.ClearLoadNotices();
        ModelReader.LoadWeights(ModelFile.Parse(weights, path), model);
        if (model.LoadNotices.Count > 0) throw new InvalidDataException($"{path}: is the backup of another model. {model.LoadNotices[0]}");
        TrainingState state = model.State!;
        state.Epochs = json.WholeNumber(Epochs) is { } epochs and >= 0 ? epochs : throw new InvalidDataException($"{path}: '{Epochs}' is no number of epochs.");
        if (json[Rate] is not null) state.LearningRate = Number(json, Rate, path);
        if (json[ModelFile.AveragesInPlaceKey] is JsonValue flag && flag.TryGetValue(out bool inPlace)) state.AreAveragesInPlace = inPlace;
    }

    /// <summary>A number with all its digits, also what JSON has no word for.</summary>
    public static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <exception cref="InvalidDataException">It is no such number.</exception>
    public static double Number(JsonObject json, string name, string path) =>
        double.TryParse(json.Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new InvalidDataException($"{path}: '{name}' is {json[name]?.ToJsonString() ?? "missing"}; it should be a number.");
}
