using System.Text.Json.Nodes;
using Unroll.Formats.Hdf5;

namespace Unroll.Saving;

/// <summary>Makes models from files, and fills models with the weights of files.</summary>
internal static class ModelReader
{
    public static Model Load(ModelFile file, bool compile) => file.Use(opened => Make(opened, compile));

    /// <summary>Replaces the weights of a model and, if it is compiled and the file has it, the optimizer's state.</summary>
    public static void LoadWeights(ModelFile file, Model model) => file.Use(opened =>
    {
        SetWeights(opened, model);
        List<Hdf5Dataset> saved = OptimizerVariables(opened);
        if (saved.Count == 0) return true;
        if (model.State is null) model.AddLoadNotice($"{opened.Path}: the optimizer's state is left out, since the model is not compiled.");
        else TakeOptimizer(opened, saved, model);
        return true;
    });

    private static Model Make(ModelFile file, bool compile)
    {
        if (file.Config is not { } json)
            throw new InvalidDataException($"{file.Path}: holds weights alone. Name the model's JSON file as architecture (--architecture model.json), or build the model and call LoadWeights.");
        string place = file.Info.Format == ModelFileFormat.KerasArchive ? $"{file.Path}: {ModelFile.ConfigMember}" : $"{file.Path}: model_config";
        var budget = new WeightBudget(file.Weights.Datasets().Sum(dataset => (long)dataset.Count));
        Model model = new ModelConfig(file.Info.IsKeras2, budget).Read(json, file.Own?.WholeNumber("seed") ?? 0, place);
        if (model.Layers.FirstOrDefault(layer => !layer.IsBuilt) is { } unbuilt && model is Sequential)
            throw new InvalidDataException($"{place}: the model was saved before it was built: the configuration does not say what shape the input of '{unbuilt.Name}' has.");
        SetWeights(file, model);
        if (file.Text is { } text) model.Text = SavedText.Read(text, $"{file.Path}: {SavedText.Member}");
        if (compile && file.Compile is { Count: > 0 } compiled) Compile(file, compiled, model);
        return model;
    }

    private static void Compile(ModelFile file, JsonObject config, Model model)
    {
        string place = file.Info.Format == ModelFileFormat.KerasArchive ? $"{file.Path}: compile_config" : $"{file.Path}: training_config";
        CompileConfig.Apply(config, model, place);
        if (model.State is not { } state) return;
        state.Epochs = file.Own?.WholeNumber("epochs") ?? 0;
        List<Hdf5Dataset> saved = OptimizerVariables(file);
        if (saved.Count == 0) return;
        if (file.Info.IsKeras1) model.AddLoadNotice($"{file.Path}: the optimizer's state is left out, since Keras 1 kept it gate by gate. The optimizer starts afresh.");
        else TakeOptimizer(file, saved, model);
    }

    private static void TakeOptimizer(ModelFile file, List<Hdf5Dataset> saved, Model model)
    {
        model.BuildOptimizer();
        if (!SavedOptimizer.TryRead(saved, SavedOptimizer.AreBySlot(file.Optimizer), model.State!, out string difference))
            model.AddLoadNotice($"{file.Path}: {difference}. The optimizer starts afresh.");
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
