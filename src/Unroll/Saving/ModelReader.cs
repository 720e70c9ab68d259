using System.Text.Json.Nodes;
using Unroll.Formats.Hdf5;

namespace Unroll.Saving;

/// <summary>Makes models from files, and fills models with the weights of files.</summary>
internal static class ModelReader
{
    public static Model Load(ModelFile file, bool compile) => file.Use(opened => Make(opened, compile));

    /// <summary>Replaces the weights of a model and, if it is compiled and the file has it, the optimizer's state.</summary>
    /// <param name="file">The file.</param>
    /// <param name="model">A model whose weights are made.</param>
    /// <param name="skipMismatch">Whether layers that don't fit keep their weights.</param>
    /// <param name="byName">Whether layers are matched by name.</param>
    public static void LoadWeights(ModelFile file, Model model, bool skipMismatch = false, bool byName = false) => file.Use(opened =>
    {
        if (skipMismatch || byName)
        {
            SetSomeWeights(opened, model, skipMismatch, byName);
            return true;
        }

        // All is read before anything is changed, so that a file that breaks off leaves the model as it was.
        IReadOnlyList<float[]> weights = ReadWeights(opened, model);
        List<Hdf5Dataset> saved = OptimizerVariables(opened);
        Action? takeOptimizer = saved.Count > 0 && model.State is not null ? ReadOptimizer(opened, saved, model) : null;
        model.SetWeights(weights);
        takeOptimizer?.Invoke();
        if (saved.Count > 0 && model.State is null) model.AddLoadNotice($"{opened.Path}: the optimizer's state is left out, since the model is not compiled.");
        return true;
    });

    private static Model Make(ModelFile file, bool compile)
    {
        if (file.Config is not { } json)
            throw new InvalidDataException($"{file.Path}: holds weights alone. Name the model's JSON file as architecture (--architecture model.json), or build the model and call LoadWeights.");
        string place = file.Info.Format == ModelFileFormat.KerasArchive ? $"{file.Path}: {ModelFile.ConfigMember}" : $"{file.Path}: model_config";
        var budget = new WeightBudget(file.Weights.Datasets().Sum(dataset => (long)dataset.Count), file.Weights.Budget);
        Model model = new ModelConfig(file.Info.IsKeras2, budget).Read(json, file.Own?.WholeNumber("seed") ?? 0, place);
        if (model.Layers.FirstOrDefault(layer => !layer.IsBuilt) is { } unbuilt && model is Sequential)
            throw new InvalidDataException($"{place}: the model was saved before it was built: the configuration does not say what shape the input of '{unbuilt.Name}' has.");
        SavedVocabularies.Read(file, model);
        model.SetWeights(ReadWeights(file, model));
        if (file.Text is { } text) model.Text = SavedText.Read(text, $"{file.Path}: {SavedText.Member}");
        if (file.Classes is { } classes)
        {
            string member = $"{file.Path}: {SavedClasses.Member}";
            (model.ClassNames, model.LabelSeparator) = (SavedClasses.Read(classes, member), SavedClasses.ReadSeparator(classes, member));
        }

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
        else ReadOptimizer(file, saved, model)();
    }

    /// <summary>Reads the optimizer's state and gives what puts it in place, which can't fail.</summary>
    private static Action ReadOptimizer(ModelFile file, List<Hdf5Dataset> saved, Model model)
    {
        // An honest file has the optimizer's arrays; where a rule has more of them than the file, this keeps it within bounds.
        file.Weights.Budget.Take(2L * sizeof(float) * model.ParameterCount, "the optimizer's state");
        model.BuildOptimizer();
        Action? take = SavedOptimizer.Read(saved, SavedOptimizer.AreBySlot(file.Optimizer), model.State!, out string difference);
        if (take is null) return () => model.AddLoadNotice($"{file.Path}: {difference}. The optimizer starts afresh.");
        if (file.Own?[ModelFile.AveragesInPlaceKey] is JsonValue flag && flag.TryGetValue(out bool inPlace) && inPlace) take += () => model.State!.AreAveragesInPlace = true;
        return take;
    }

    private static float[][] ReadWeights(ModelFile file, Model model)
    {
        Dictionary<Parameter, float[]> values = LegacyWeights.HasLayerNames(file.Weights)
            ? LegacyWeights.Read(file.Weights, model.Layers)
            : WeightsLayout.Read(file.Weights, model.Layers);
        return [.. model.Parameters.Select(parameter => values[parameter])];
    }

    /// <summary>The optimizer's state, which belongs to all weights, is left out.</summary>
    private static void SetSomeWeights(ModelFile file, Model model, bool skipMismatch, bool byName)
    {
        bool hasNames = LegacyWeights.HasLayerNames(file.Weights);
        if (byName && !hasNames)
            throw new InvalidDataException($"{file.Path}: only .h5 files know the names of layers; this one numbers them by class. Load it without byName; skipMismatch: true leaves out what does not fit.");
        Action<string>? skip = skipMismatch ? message => model.AddLoadNotice($"left out: {message}") : null;
        Dictionary<Parameter, float[]> values = hasNames
            ? LegacyWeights.ReadSome(file.Weights, model.Layers, byName, skip)
            : WeightsLayout.ReadSome(file.Weights, model.Layers, skip!);
        if (values.Count == 0)
            throw new InvalidDataException($"{file.Path}: none of its weights fits the model, whose layers are {string.Join(", ", model.Layers.Select(layer => layer.Name))}.");
        foreach ((Parameter parameter, float[] value) in values) parameter.Set(value);
    }

    private static List<Hdf5Dataset> OptimizerVariables(ModelFile file) =>
        file.Optimizer is { } group ? SavedOptimizer.ListedLegacy(group)
        : file.Info.Format is ModelFileFormat.KerasArchive or ModelFileFormat.Weights ? SavedOptimizer.Listed(file.Weights)
        : [];
}
