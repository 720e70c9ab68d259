using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>
/// One entry of what a class is made of, declared once beside its property: Keras' name, default, range, and how it is read
/// and written. <see cref="Argument{T}"/> has the value's type; <see cref="Fixed"/>, <see cref="Ignored"/> and
/// <see cref="Outdated"/> are entries that Keras' files have and that nothing here can change.
/// </summary>
public abstract class Argument
{
    private protected Argument(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = string.Intern(name); // so that names can be told apart by reference: values are looked up within training steps
    }

    /// <summary>Keras' name, for example <c>recurrent_dropout</c>.</summary>
    public string Name { get; }

    /// <summary>True if the argument can't be written without its name.</summary>
    public bool IsKeywordOnly { get; private protected set; }

    /// <summary>True if Keras does not know the argument; it then stands beside the configuration that Keras reads.</summary>
    public bool IsOwn { get; private protected set; }

    /// <summary>True if the class takes the argument; false if the entry is only there for Keras' sake.</summary>
    internal abstract bool IsTaken { get; }

    /// <summary>False for entries of older files that are understood, but not written.</summary>
    internal bool IsWritten { get; private protected set; } = true;

    /// <summary>True for entries that files have only where they are something else than null.</summary>
    internal bool IsLeftOutIfNull { get; private protected set; }

    /// <summary>A whole number that must be given.</summary>
    public static Argument<int> Whole(string name) => new(name, ArgumentForms.Whole);

    /// <summary>A whole number.</summary>
    public static Argument<int> Whole(string name, int defaultValue) => new(name, ArgumentForms.Whole, defaultValue);

    /// <summary>A whole number or null, which is the default.</summary>
    public static Argument<int?> OptionalWhole(string name) => new(name, ArgumentForms.OptionalWhole, null);

    /// <summary>A whole number that may be large and must be given.</summary>
    public static Argument<long> Long(string name) => new(name, ArgumentForms.Long);

    /// <summary>A whole number that may be large.</summary>
    public static Argument<long> Long(string name, long defaultValue) => new(name, ArgumentForms.Long, defaultValue);

    /// <summary>A number that must be given.</summary>
    public static Argument<double> Number(string name) => new(name, ArgumentForms.Number);

    /// <summary>A number.</summary>
    public static Argument<double> Number(string name, double defaultValue) => new(name, ArgumentForms.Number, defaultValue);

    /// <summary>A number or null, which is the default.</summary>
    public static Argument<double?> OptionalNumber(string name) => new(name, ArgumentForms.OptionalNumber, null);

    /// <summary>True or false.</summary>
    public static Argument<bool> Flag(string name, bool defaultValue = false) => new(name, ArgumentForms.Flag, defaultValue);

    /// <summary>A text.</summary>
    public static Argument<string> Text(string name, string defaultValue) => new(name, ArgumentForms.Text, defaultValue);

    /// <summary>A text or null, which is the default.</summary>
    public static Argument<string?> OptionalText(string name) => new(name, ArgumentForms.OptionalText, null);

    /// <summary>A list of whole numbers that must be given.</summary>
    public static Argument<IReadOnlyList<long>> Longs(string name) => new(name, ArgumentForms.Longs);

    /// <summary>A list of numbers that must be given.</summary>
    public static Argument<IReadOnlyList<double>> Numbers(string name) => new(name, ArgumentForms.Numbers);

    /// <summary>A list of numbers or null, which is the default.</summary>
    public static Argument<IReadOnlyList<double>?> OptionalNumbers(string name) => new(name, ArgumentForms.OptionalNumbers, null);

    /// <summary>A list of texts.</summary>
    public static Argument<IReadOnlyList<string>> Texts(string name, IReadOnlyList<string> defaultValue) => new(name, ArgumentForms.Texts, defaultValue);

    /// <summary>One of several words.</summary>
    /// <param name="name">Keras' name.</param>
    /// <param name="defaultValue">The default.</param>
    /// <param name="words">The words and what they mean; of two with one meaning the first is written.</param>
    public static Argument<T> Choice<T>(string name, T defaultValue, params (string Word, T Value)[] words)
        where T : notnull => new(name, ArgumentForms.Choice(words), defaultValue);

    /// <summary>An entry of Keras that must have one value, since another would change results: <c>stateful: false</c>.</summary>
    public static Argument Fixed(string name, JsonNode? value) => new KerasEntry(name, value, node => JsonNode.DeepEquals(node, value));

    /// <summary>An entry of Keras whose value changes no result.</summary>
    public static Argument Ignored(string name, JsonNode? value) => new KerasEntry(name, value, _ => true);

    /// <summary>An entry of older versions that must have one value and is not written any more.</summary>
    public static Argument Outdated(string name, JsonNode? value) =>
        new KerasEntry(name, value, node => JsonNode.DeepEquals(node, value)) { IsWritten = false };

    /// <summary>An entry of other versions whose value changes no result; it is not written.</summary>
    internal static Argument Unheeded(string name) => new KerasEntry(name, null, _ => true) { IsWritten = false };

    /// <summary>An entry that is written from the object and not heeded when read.</summary>
    internal static Argument Shown<T>(string name, Func<T, string> value) where T : Configurable =>
        new KerasEntry(name, null, _ => true) { Shows = owner => JsonValue.Create(value((T)owner)) };

    /// <summary>The value as Keras' files hold it.</summary>
    internal abstract JsonNode? Write(Configurable owner);

    /// <summary>Gives an object what is written for the argument, if anything is.</summary>
    internal abstract void Transfer(ArgumentValues values, Configurable target);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>An entry that Keras expects in files and that nothing here can change.</summary>
internal sealed class KerasEntry(string name, JsonNode? value, Func<JsonNode?, bool> isAccepted) : Argument(name)
{
    internal override bool IsTaken => false;

    /// <summary>Present if the written value depends on the object.</summary>
    public Func<Configurable, JsonNode?>? Shows { get; init; }

    /// <summary>What is wrong with other values, and what to do about it; null: the plain sentence will do.</summary>
    public Func<JsonNode?, string>? Remedy { get; init; }

    public new bool IsWritten
    {
        init => base.IsWritten = value;
    }

    internal override JsonNode? Write(Configurable owner) => Shows is null ? value?.DeepClone() : Shows(owner);

    internal override void Transfer(ArgumentValues values, Configurable target)
    {
    }

    /// <summary>Refuses a value that the class can't have.</summary>
    /// <exception cref="ArgumentException">It is not accepted.</exception>
    public void Check(string typeName, JsonNode? node)
    {
        if (isAccepted(node)) return;
        string remedy = Remedy?.Invoke(node) ?? $"here it can only be {ArgumentText.Describe(value)}";
        throw new ArgumentException($"{typeName}: argument '{Name}' is {ArgumentText.Describe(node)}; {remedy}.");
    }
}
