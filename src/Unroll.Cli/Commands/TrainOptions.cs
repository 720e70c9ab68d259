using System.CommandLine;
using System.Text.Json.Nodes;
using Unroll.Classification;
using Unroll.Cli.Infrastructure;
using Unroll.Configuration;
using Unroll.Text;

namespace Unroll.Cli.Commands;

/// <summary>The options of <c>unroll train</c>.</summary>
internal sealed class TrainOptions
{
    private readonly Option<string> _dataset = CliOptions.Choice("--dataset", "Reviews to train on; auto: IMDB if it can be had, else synthetic ones.", "auto", "imdb", "synthetic");
    private readonly Option<string?> _dataDirectory = CliOptions.OptionalText("--data-dir", "DIR", "Directory with imdb.npz, or where a download goes; without it the usual places.");
    private readonly Option<int> _numWords = CliOptions.Int("--num-words", "Size of the vocabulary.", 1000, 4);
    private readonly Option<int> _maxLen = CliOptions.Int("--max-len", "Tokens per review after padding and cutting.", 80, 1);
    private readonly Option<string> _padding = CliOptions.Choice("--padding", "Side on which short reviews are filled.", "pre", "post");
    private readonly Option<string> _truncating = CliOptions.Choice("--truncating", "Side on which long reviews are cut.", "pre", "post");
    private readonly Option<int?> _trainCount = CliOptions.OptionalInt("--train-count", "Takes only the first training reviews; all without it.", 2);
    private readonly Option<int?> _testCount = CliOptions.OptionalInt("--test-count", "Takes only the first test reviews; all without it.", 1);
    private readonly Option<string> _model = CliOptions.Text("--model", "LAYERS", "The layers, with Keras' names and arguments.", "embedding(8), lstm(16), dense(1, activation=sigmoid)");
    private readonly Option<string> _optimizer = CliOptions.Text("--optimizer", "NAME", "The optimizer, for example adam or rmsprop(learning_rate=1e-4).", "adam");
    private readonly Option<double?> _learningRate = CliOptions.Double("--learning-rate", "Learning rate of the optimizer.", rate => rate > 0 && double.IsFinite(rate), "a number above 0");
    private readonly Option<int> _batchSize = CliOptions.Int("--batch-size", "Reviews per step.", 32, 1);
    private readonly Option<int> _epochs = CliOptions.Int("--epochs", "Passes over the training reviews.", 5, 1);
    private readonly Option<string?> _callbacks = CliOptions.OptionalText("--callbacks", "LIST", "What watches and steers the run, for example early_stopping(patience=2), csv_logger(log.csv).");
    private readonly Option<double?> _validationSplit = CliOptions.Double("--validation-split", "Share of the training reviews, taken from the end, that validates.", share => share is >= 0 and < 1, "at least 0 and below 1");
    private readonly Option<bool> _validateOnTest = new("--validate-on-test") { Description = "Validate on the test reviews (what is chosen by it is chosen on test data)." };
    private readonly Option<int> _threads = CliOptions.Int("--threads", "Threads inside a training step; results do not depend on it.", 1, 1, 1024);
    private readonly Option<int> _seed = CliOptions.Int("--seed", "Seed of everything random.", 0, 0);
    private readonly Option<int> _verbose = CliOptions.Int("--verbose", "0 silent, 1 progress bar, 2 one line per epoch.", 1, 0, 2);
    private readonly Option<string?> _json = CliOptions.OptionalText("--json", "FILE", "Write settings and results as JSON; - for standard output, all else then goes to standard error.");

    private readonly Option<string?> _save = CliOptions.OptionalText("--save", "FILE", "Write the trained model, with its vocabulary, to a .keras file.");
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on with a training that was broken off, after its last whole epoch; give the command as it was, with --save." };
    private readonly Option<bool> _timings = new("--timings") { Description = "Say on standard error how many seconds after the program's begin loading, building and the first step were done." };

    private readonly System.CommandLine.Argument<string?> _data = TextFileOptions.DataArgument("Texts and labels of your own: .csv, .tsv, .jsonl, or a directory or .tar.gz with a folder for each class. Instead of --dataset.");
    private readonly TextFileOptions _file = new();
    private readonly Option<string?> _test = CliOptions.OptionalText("--test", "FILE", "With a data file: texts to test on; without it a share is kept back.");
    private readonly Option<double?> _testShare = CliOptions.Double("--test-share", "With a data file: the share kept back to test on; 0.2 without it.", share => share is > 0 and < 1, "above 0 and below 1");

    private readonly Option<string?> _labelSeparator = CliOptions.OptionalText("--label-separator", "SIGN", "With a data file: the sign between two labels of a text, as in billing|urgent; without it a text has one label.");

    private readonly Option<string> _recipe = CliOptions.Choice("--recipe", "With a data file: the network; auto trains each of them and keeps what the validation texts prefer.", "auto", "lstm", "convolution", "mean");

    private Option[] ForDataFiles => [_test, _testShare, _labelSeparator, _recipe];

    public void AddTo(Command command)
    {
        command.Add(_data);
        _file.AddTo(command);
        foreach (Option option in ForDataFiles) command.Add(option);
        Option[] all =
        [
            _dataset, _dataDirectory, _numWords, _maxLen, _padding, _truncating, _trainCount, _testCount, _model, _optimizer,
            _learningRate, _batchSize, _epochs, _callbacks, _validationSplit, _validateOnTest, _threads, _seed, _verbose, _json, _save, _resume, _timings,
        ];
        foreach (Option option in all) command.Add(option);
    }

    /// <summary>The file of texts of one's own; null: reviews are asked for.</summary>
    public string? Data(ParseResult result) => result.GetValue(_data);

    /// <summary>Trains on a file of texts.</summary>
    /// <exception cref="ArgumentException">An option is for reviews.</exception>
    /// <exception cref="FormatException">The model or the optimizer is malformed.</exception>
    public void TrainOnFile(ParseResult result, TrainSettings settings, CliContext context)
    {
        string path = Data(result)!;
        TextFileOptions.Require(result, path);
        Option[] others = [_dataset, _dataDirectory, _padding, _truncating, _trainCount, _testCount, _validateOnTest, _timings];
        if (Array.Find(others, option => CliOptions.IsGiven(result, option)) is { } other)
            throw new ArgumentException($"{other.Name} is for reviews that Unroll fetches or makes; with a data file, {path}, it says nothing.");
        if (CliOptions.IsGiven(result, _validationSplit) && settings.ValidationSplit == 0) throw new ArgumentException("--validation-split is 0; with a data file it must be above 0, as training stops by it.");
        var options = new TextClassifierOptions
        {
            Test = result.GetValue(_test),
            Separator = _file.Separator(result),
            LabelSeparator = TextFileOptions.Sign(result, _labelSeparator),
            Encoding = _file.Encoding(result),
            Seed = settings.Seed,
            Verbose = settings.Verbose,
            Recipe = result.GetValue(_recipe) switch
            {
                "lstm" => TextRecipe.Lstm,
                "convolution" => TextRecipe.Convolution,
                "mean" => TextRecipe.MeanOfWords,
                _ => TextRecipe.Auto,
            },
            Callbacks = [.. settings.Callbacks.Select(Catalog.Callbacks.Create)],
        };
        if (settings.BackupFor(options.Callbacks) is { } backup) options = options with { Backup = backup, Resume = settings.Resume };
        if (Given(_recipe) && Given(_model)) throw new ArgumentException("--recipe and --model exclude each other: each says what the network is.");
        if (Given(_optimizer) || Given(_learningRate))
        {
            _ = Catalog.Optimizers.Create(settings.Optimizer); // what can be wrong is found before minutes of loading
            options = options with { Optimizer = () => Catalog.Optimizers.Create(settings.Optimizer) };
        }

        if (result.GetValue(_testShare) is { } share) options = options with { TestShare = share };
        if (Given(_model)) options = options with { Layers = (words, _) => [.. settings.Layers.Select(layer => Catalog.CreateLayer(layer, words))] };
        if (Given(_numWords)) options = options with { MaxWords = settings.NumWords };
        if (Given(_maxLen)) options = options with { MaxLength = settings.MaxLen };
        if (Given(_batchSize)) options = options with { BatchSize = settings.BatchSize };
        if (Given(_epochs)) options = options with { Epochs = settings.Epochs };
        if (Given(_validationSplit)) options = options with { ValidationShare = settings.ValidationSplit };
        if (Given(_threads)) options = options with { Threads = settings.Threads };
        TrainOnTexts.Run(path, _file.Text(result), _file.Label(result), options, settings.SavePath, settings.JsonPath, context);

        bool Given(Option option) => CliOptions.IsGiven(result, option);
    }

    /// <exception cref="ArgumentException">Options contradict each other.</exception>
    /// <exception cref="FormatException">The model or the optimizer is malformed.</exception>
    public TrainSettings Read(ParseResult result)
    {
        if (Data(result) is null)
        {
            _file.RequireNone(result, "unroll train reviews.csv --text review --label sentiment.");
            if (Array.Find(ForDataFiles, option => CliOptions.IsGiven(result, option)) is { } alone)
                throw new ArgumentException($"{alone.Name} is for a file of texts of your own; name it: unroll train reviews.csv --text review --label sentiment.");
        }

        double? split = result.GetValue(_validationSplit);
        bool onTest = result.GetValue(_validateOnTest);
        if (split is not null && onTest) throw new ArgumentException("--validation-split and --validate-on-test exclude each other; give one of them.");

        string? json = result.GetValue(_json);
        if (json is not null and not "-") OutputPath.Require(json, "--json");
        string? save = result.GetValue(_save);
        if (save is not null)
        {
            if (!save.EndsWith(".keras", StringComparison.OrdinalIgnoreCase)) throw new ArgumentException($"--save is '{save}'; the file must end in .keras.");
            OutputPath.Require(save, "--save");
        }

        bool resumes = result.GetValue(_resume);
        if (resumes && save is null) throw new ArgumentException("--resume goes on with a training that was to be saved; give the command as it was, with --save FILE.keras.");

        return new TrainSettings
        {
            Dataset = result.GetValue(_dataset)!,
            DataDirectory = result.GetValue(_dataDirectory),
            NumWords = result.GetValue(_numWords),
            MaxLen = result.GetValue(_maxLen),
            Padding = Sequences.ParsePadding(result.GetValue(_padding)!),
            Truncating = Sequences.ParseTruncating(result.GetValue(_truncating)!),
            TrainCount = result.GetValue(_trainCount),
            TestCount = result.GetValue(_testCount),
            Layers = Parse("--model", result.GetValue(_model)!, ObjectConfig.ParseList),
            Optimizer = WithLearningRate(Parse("--optimizer", result.GetValue(_optimizer)!, ObjectConfig.Parse), result.GetValue(_learningRate)),
            BatchSize = result.GetValue(_batchSize),
            Epochs = result.GetValue(_epochs),
            Callbacks = ReadCallbacks(result.GetValue(_callbacks)),
            ValidationSplit = split ?? 0,
            ValidateOnTest = onTest,
            Threads = result.GetValue(_threads),
            Seed = result.GetValue(_seed),
            Verbose = result.GetValue(_verbose),
            JsonPath = json,
            SavePath = save,
            Resume = resumes,
            Timings = result.GetValue(_timings),
        };
    }

    private static IReadOnlyList<ObjectConfig> ReadCallbacks(string? text) =>
        string.IsNullOrWhiteSpace(text) ? [] : Parse("--callbacks", text, ObjectConfig.ParseList);

    private static T Parse<T>(string option, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{option}: {e.Message}", e);
        }
    }

    private static ObjectConfig WithLearningRate(ObjectConfig optimizer, double? rate)
    {
        if (rate is null) return optimizer;
        if (optimizer.Positional.Count > 0 || NameMatching.Find("learning_rate", optimizer.Named.Keys) is not null)
            throw new ArgumentException($"--learning-rate and the learning rate in --optimizer \"{optimizer}\" exclude each other; give one of them.");
        return optimizer with { Named = new Dictionary<string, JsonNode?>(optimizer.Named) { ["learning_rate"] = rate.Value } };
    }
}
