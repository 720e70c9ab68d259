using Unroll.Configuration;

namespace Unroll.Optimizers;

/// <summary>The configuration that all optimizers share.</summary>
internal static class OptimizerArguments
{
    /// <summary>What Keras writes first for every optimizer.</summary>
    public static IReadOnlyList<ConfigArgument<T>> Common<T>() where T : Optimizer =>
    [
        ConfigArgument<T>.Fixed("name", optimizer => optimizer.Name, _ => true),
        new("learning_rate", optimizer => optimizer.Schedule ?? (object)optimizer.LearningRate),
        ConfigArgument<T>.Keyword("weight_decay", optimizer => optimizer.WeightDecay),
        ConfigArgument<T>.Keyword("clipnorm", optimizer => optimizer.Clipnorm),
        ConfigArgument<T>.Keyword("global_clipnorm", optimizer => optimizer.GlobalClipnorm),
        ConfigArgument<T>.Keyword("clipvalue", optimizer => optimizer.Clipvalue),
        ConfigArgument<T>.Keyword("use_ema", optimizer => optimizer.UseEma),
        ConfigArgument<T>.Keyword("ema_momentum", optimizer => optimizer.EmaMomentum),
        ConfigArgument<T>.Keyword("ema_overwrite_frequency", optimizer => optimizer.EmaOverwriteFrequency),
        ConfigArgument<T>.Fixed("loss_scale_factor", null),
        ConfigArgument<T>.Fixed("gradient_accumulation_steps", null),
        ConfigArgument<T>.Outdated("decay", 0.0), // Keras 2
    ];

    /// <summary>Reads what all optimizers have in common into one that has its own arguments already.</summary>
    public static T Read<T>(ArgumentReader a, T optimizer) where T : Optimizer
    {
        optimizer.TakeCommon(a);
        return optimizer;
    }
}
