using System.Text.Json.Nodes;
using Unroll.Formats.Hdf5;
using Unroll.Layers;
using Unroll.Models.Training;

namespace Unroll.Saving;

/// <summary>Makes models from files, and fills models with the weights of files.</summary>
internal static class ModelReader
{
    public static Model Load(ModelFile file, bool compile) => file.Use(opened => Make(opened, compile));

    /// <summary>Replaces the weights of a model and, if it is compiled and the file has it, the optimizer's state.</summary>
    public static void LoadWeights(ModelFile file, Model model) => file.Use(opened =>
    {
        SetWeights(opened, model);
        if (model.State is not { } state) return true;
        List<Hdf5Dataset> saved = OptimizerVariables(opened);
        if (saved.Count == 0) return true;
        model.BuildOptimizer();
        if (SavedOptimizer.Fits(saved, state, out _)) SavedOptimizer.Read(saved, state);
        return true;
    });

    private static Model Make(ModelFile file, bool compile)
    {
        if (file.Config is not { } json)
            throw new InvalidDataException($"{file.Path}: holds weights alone; build the model and call LoadWeights.");
        string place = file.Info.Format == ModelFileFormat.KerasArchive ? $"{file.Path}: {ModelFile.ConfigMember}" : $"{file.Path}: model_config";
        var budget = new WeightBudget(file.Weights.Datasets().Sum(dataset => (long)dataset.Count));
        Model model = new ModelConfig(file.Info.IsKeras2, budget).Read(json, file.Own?.WholeNumber("seed") ?? 0, place);
        if (model.Layers.FirstOrDefault(layer => !layer.IsBuilt) is { } unbuilt && model is Sequential)
            throw new InvalidDataException($"{place}: the configuration does not say what shape the input of '{unbuilt.Name}' has.");
        SetWeights(file, model);
        if (file.Text is { } text) model.Text = SavedText.Read(text, $"{file.Path}: {SavedText.Member}");
        if (compile && file.Compile is { Count: > 0 } compiled) Compile(file, compiled, model);
        return model;
    }

    private static void Compile(ModelFile file, JsonObject config, Model model)
    {
        string place = file.Info.Format == ModelFileFormat.KerasArchive ? $"{file.Path}: compile_config" : $"{file.Path}: training_config";
        CompileConfig.Apply(config, model, place);
        TrainingState state = model.State!;
        state.Epochs = file.Own?.WholeNumber("epochs") ?? 0;
        List<Hdf5Dataset> saved = OptimizerVariables(file);
        if (saved.Count == 0) return;
        model.BuildOptimizer();
        if (!SavedOptimizer.Fits(saved, state, out string difference))
        {
            throw new InvalidDataException(
                $"{file.Path}: {difference}. Load with compile: false and compile again, if the optimizer may start afresh.");
        }

        SavedOptimizer.Read(saved, state);
    }

    private static void SetWeights(ModelFile file, Model model)
    {
        Dictionary<Parameter, float[]> values = LegacyWeights.HasLayerNames(file.Weights)
            ? LegacyWeights.Read(file.Weights, model.Layers)
            : WeightsLayout.Read(file.Weights, model.Layers);
        model.SetWeights([.. model.Parameters.Select(parameter => values[parameter])]);
    }

    private static List<Hdf5Dataset> OptimizerVariables(ModelFile file) =>
        file.Optimizer is { } group ? SavedOptimizer.ListedLegacy(group)
        : file.Info.Format is ModelFileFormat.KerasArchive or ModelFileFormat.Weights ? SavedOptimizer.Listed(file.Weights)
        : [];
}
