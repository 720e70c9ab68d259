using Unroll.Configuration;

namespace Unroll.Optimizers;

/// <summary>The configuration that all optimizers share.</summary>
internal static class OptimizerArguments
{
    /// <summary>What Keras writes first for every optimizer.</summary>
    public static IReadOnlyList<ConfigArgument<T>> Common<T>() where T : Optimizer =>
    [
        ConfigArgument<T>.Fixed("name", optimizer => optimizer.Name, _ => true),
        new("learning_rate", optimizer => optimizer.LearningRate),
        ConfigArgument<T>.Fixed("weight_decay", null),
        ConfigArgument<T>.Fixed("clipnorm", null),
        ConfigArgument<T>.Fixed("global_clipnorm", null),
        ConfigArgument<T>.Fixed("clipvalue", null),
        ConfigArgument<T>.Fixed("use_ema", false),
        ConfigArgument<T>.Ignored("ema_momentum", 0.99),
        ConfigArgument<T>.Ignored("ema_overwrite_frequency", null),
        ConfigArgument<T>.Fixed("loss_scale_factor", null),
        ConfigArgument<T>.Fixed("gradient_accumulation_steps", null),
        ConfigArgument<T>.Outdated("decay", 0.0), // Keras 2
    ];
}
