namespace Unroll.Layers;

/// <summary>
/// An equation <c>input,kernel-&gt;output</c>: a letter for every axis, the batch first; <c>...</c> in front of, or behind, the
/// letters of input and output stands for any number of axes that stay.
/// </summary>
internal sealed class EinsumEquation
{
    private const string Dots = "...";

    private readonly string _text, _input, _kernel, _output;
    private readonly bool _dotsInFront, _dotsBehind;

    private EinsumEquation(string text, string input, string kernel, string output, bool dotsInFront, bool dotsBehind) =>
        (_text, _input, _kernel, _output, _dotsInFront, _dotsBehind) = (text, input, kernel, output, dotsInFront, dotsBehind);

    /// <summary>Reads an equation.</summary>
    /// <exception cref="ArgumentException">It is none, or one that is no product with a kernel.</exception>
    public static EinsumEquation Parse(string text)
    {
        string[] sides = text.Replace(" ", "", StringComparison.Ordinal).Split("->");
        string[] operands = sides[0].Split(',');
        if (sides.Length != 2 || operands.Length != 2) throw Wrong(text, "it needs the form \"ab,bc->ac\": input, kernel and output");
        (string input, bool inFront, bool behind) = WithoutDots(operands[0]);
        (string output, bool outFront, bool outBehind) = WithoutDots(sides[1]);
        string kernel = operands[1];
        if (inFront != outFront || behind != outBehind || (inFront && behind))
            throw Wrong(text, "\"...\" has to stand at the same end of input and output, and of no more than one end");
        foreach (string letters in (ReadOnlySpan<string>)[input, kernel, output])
        {
            if (letters.Length == 0 || !letters.All(char.IsAsciiLetter)) throw Wrong(text, $"'{letters}' should be letters, one for each axis");
            if (letters.Distinct().Count() < letters.Length) throw Wrong(text, $"'{letters}' names an axis twice, which would take a diagonal");
        }

        if (!inFront && (output[0] != input[0] || kernel.Contains(input[0], StringComparison.Ordinal)))
            throw Wrong(text, $"the first letter, '{input[0]}', is the batch: the output has to begin with it, and the kernel can't have it");
        foreach (char axis in kernel.Where(axis => !input.Contains(axis, StringComparison.Ordinal) && !output.Contains(axis, StringComparison.Ordinal)))
            throw Wrong(text, $"the axis '{axis}' of the kernel is neither one of the input nor of the output");
        foreach (char axis in output.Where(axis => !input.Contains(axis, StringComparison.Ordinal) && !kernel.Contains(axis, StringComparison.Ordinal)))
            throw Wrong(text, $"the axis '{axis}' of the output is neither one of the input nor of the kernel");
        foreach (char axis in input.Where(axis => !output.Contains(axis, StringComparison.Ordinal) && !kernel.Contains(axis, StringComparison.Ordinal)))
            throw Wrong(text, $"the axis '{axis}' of the input would be summed without a weight; give the kernel that axis, too");
        return new EinsumEquation(text, input, kernel, output, inFront, behind);
    }

    /// <summary>The axes of a call.</summary>
    /// <param name="input">Sizes of the input without the batch; null: not known.</param>
    /// <param name="target">Sizes of the output's letters without the batch; null: as in the input.</param>
    /// <param name="owner">Class and name, for messages.</param>
    /// <exception cref="ArgumentException">The shapes don't fit the equation.</exception>
    public EinsumAxes For(IReadOnlyList<int?> input, IReadOnlyList<int?> target, string owner)
    {
        int elided = input.Count + 1 - _input.Length;
        if (elided < 0 || (elided > 0 && !_dotsInFront && !_dotsBehind) || (_dotsInFront && elided == 0))
            throw new ArgumentException($"{owner}: the equation '{_text}' does not fit an input of the shape {ShapeText.Of(input)}.");
        string rest = new([.. Enumerable.Range(0, elided).Select(i => (char)('\uE000' + i))]); // letters that no equation has
        string inputs = _dotsInFront ? rest + _input : _input + rest, outputs = _dotsInFront ? rest + _output : _output + rest;
        var sizes = new Dictionary<char, int?>();
        for (int i = 1; i < inputs.Length; i++) sizes[inputs[i]] = input[i - 1];
        string named = _dotsInFront ? _output : _output[1..];
        if (target.Count != named.Length)
            throw new ArgumentException($"{owner}: output_shape {ShapeText.Of(target)} has {target.Count} sizes, but the equation '{_text}' asks for {named.Length}, one for each of '{named}'.");
        for (int i = 0; i < named.Length; i++)
        {
            int? known = sizes.GetValueOrDefault(named[i]);
            if (known is not null && target[i] is not null && known != target[i])
                throw new ArgumentException($"{owner}: the axis '{named[i]}' has {known} in the input and {target[i]} in output_shape; they have to agree.");
            sizes[named[i]] = known ?? target[i];
        }

        return new EinsumAxes(inputs[1..], _kernel, outputs[1..], sizes);
    }

    /// <summary>Shape of the bias: from the first of its axes on, sizes of 1 where it has none.</summary>
    /// <param name="axes">The axes of a call.</param>
    /// <param name="biasAxes">Letters of the output.</param>
    /// <param name="owner">Class and name, for messages.</param>
    /// <exception cref="ArgumentException">A letter is none of the output's, or that of the batch.</exception>
    public IEnumerable<int?> BiasShape(EinsumAxes axes, string biasAxes, string owner)
    {
        string own = _dotsInFront ? _output : _output[1..];
        foreach (char axis in biasAxes.Where(axis => !own.Contains(axis, StringComparison.Ordinal)))
            throw new ArgumentException($"{owner}: bias axis '{axis}' is none of '{own}', the axes of the output.");
        return axes.Output[axes.Output.IndexOfAny([.. biasAxes])..].Select(axis => biasAxes.Contains(axis, StringComparison.Ordinal) ? axes.Sizes[axis] : 1);
    }

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static (string Letters, bool InFront, bool Behind) WithoutDots(string term)
    {
        bool inFront = term.StartsWith(Dots, StringComparison.Ordinal), behind = !inFront && term.EndsWith(Dots, StringComparison.Ordinal);
        return (inFront ? term[Dots.Length..] : behind ? term[..^Dots.Length] : term, inFront, behind);
    }

    private static ArgumentException Wrong(string text, string reason) => new($"EinsumDense: equation is '{text}': {reason}.");
}

/// <summary>The axes of a call by letter, without that of the batch.</summary>
/// <param name="Input">Axes of the input.</param>
/// <param name="Kernel">Axes of the kernel.</param>
/// <param name="Output">Axes of the output.</param>
/// <param name="Sizes">Their sizes; null: not known.</param>
internal sealed record EinsumAxes(string Input, string Kernel, string Output, IReadOnlyDictionary<char, int?> Sizes)
{
    /// <summary>The axes that stay as they are.</summary>
    public string Rows => Those(inInput: true, inKernel: false, inOutput: true);

    /// <summary>Axes on which each place has a matrix of its own.</summary>
    public string Groups => Those(inInput: true, inKernel: true, inOutput: true);

    /// <summary>Axes that are summed over.</summary>
    public string Summed => Those(inInput: true, inKernel: true, inOutput: false);

    /// <summary>Axes that the kernel brings.</summary>
    public string New => Those(inInput: false, inKernel: true, inOutput: true);

    /// <summary>Number of places along some axes.</summary>
    public int Count(string axes) => axes.Aggregate(1, (product, axis) => checked(product * Sizes[axis]!.Value));

    /// <summary>For every place along some axes, row-major, the row-major place in a tensor that has them, at 0 along its others.</summary>
    public int[] Places(string along, string tensor)
    {
        int[] places = [0];
        foreach (char axis in along)
        {
            int at = tensor.IndexOf(axis, StringComparison.Ordinal), stride = at < 0 ? 0 : Count(tensor[(at + 1)..]);
            places = [.. places.SelectMany(place => Enumerable.Range(0, Sizes[axis]!.Value).Select(i => place + i * stride))];
        }

        return places;
    }

    private string Those(bool inInput, bool inKernel, bool inOutput) => new(
    [
        .. Input.Concat(Kernel).Distinct().Where(axis => Input.Contains(axis, StringComparison.Ordinal) == inInput
            && Kernel.Contains(axis, StringComparison.Ordinal) == inKernel && Output.Contains(axis, StringComparison.Ordinal) == inOutput),
    ]);
}
