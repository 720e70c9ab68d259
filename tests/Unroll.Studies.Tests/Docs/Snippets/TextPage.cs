using Unroll;
using Unroll.Layers;
using Unroll.Preprocessing;
using Unroll.Text;
using Xunit;

namespace ReaderCode;

[Collection("files of the pages about texts")]
public sealed class TextPage : IDisposable
{
    [Fact]
    public void Texts_are_read_and_split()
    {
        File.WriteAllText("reviews.csv", "review,sentiment\ngood,positive\nbad,negative\n\"good, really\",positive\nawful,negative\nfine,positive\ndull,negative\nloved it,positive\nno,negative\nbad,negative\n,positive\n");
        Assert.Equal("8 texts, 2 for testing; classes: negative, positive\n", Lines(() =>
        {
            LabeledTexts reviews = TextCsv.Read("reviews.csv", text: "review", label: "sentiment", dropMissing: true, dropDuplicates: true);
            var encoder = new LabelEncoder();
            int[] y = encoder.FitTransform(reviews.Labels);
            var (textTrain, textTest, yTrain, yTest) = TrainTestSplit.Split(reviews.Texts, y, testSize: 0.25, seed: 42, stratify: y);
            Console.WriteLine($"{reviews.Count} texts, {textTest.Length} for testing; classes: {string.Join(", ", encoder.Classes)}");
            Assert.Equal([6, 2], new[] { yTrain.Length, yTest.Length });
            Assert.Equal(6, textTrain.Length);
        }));
    }

    [Fact]
    public void A_directory_is_read()
    {
        foreach (string label in new[] { "neg", "pos" })
        {
            Directory.CreateDirectory(Path.Combine("texts", label));
            for (int i = 0; i < 2; i++) File.WriteAllText(Path.Combine("texts", label, $"{i}.txt"), label);
        }

        Assert.Equal("3 and 1 texts; classes: neg, pos\n", Lines(() =>
        {
            var (train, validation) = TextDataset.FromDirectory("texts", validationSplit: 0.25, seed: 42);
            Console.WriteLine($"{train.Texts.Length} and {validation.Texts.Length} texts; classes: {string.Join(", ", train.ClassNames)}");
        }));
    }

    [Fact]
    public void Texts_are_cleaned() => Assert.Equal("film not good see\n", Lines(() =>
    {
        var cleaning = new TextCleaning().StripHtml().StripUrls().ToLower().StripPunctuation().RemoveStopWords("english");
        Console.WriteLine(cleaning.Apply("The film was <b>NOT</b> good.<br />See www.example.org!"));   // film not good see
        File.WriteAllText("cleaning.json", cleaning.ToJson());
        TextCleaning again = TextCleaning.FromJson(File.ReadAllText("cleaning.json"));
        Assert.Equal(cleaning.Steps, again.Steps);
    }));

    [Fact]
    public void A_model_takes_texts()
    {
        string[] texts = ["a great film", "a dull film", "great acting", "dull and slow", "what a great plot", "slow, slow, slow"];
        float[] liked = [1, 0, 1, 0, 1, 0];
        var vectorize = new TextVectorization { MaxTokens = 1000, OutputSequenceLength = 8 };
        vectorize.Adapt(texts);
        int[,] ids = vectorize.Apply(["a great plot"]);                          // 4, 3, 8, 0, 0, 0, 0, 0
        var model = new Sequential { vectorize, new Embedding(1000, 8) { MaskZero = true }, new GRU(8), new Dense(1, "sigmoid") };
        model.Compile("adam", "binary_crossentropy", ["accuracy"]);
        model.Fit(texts, liked, epochs: 20, verbose: 0);
        model.Save("reviews.keras");
        float like = Model.Load("reviews.keras").Predict(["a great film"])[0, 0];
        Assert.Equal("4, 3, 8, 0, 0, 0, 0, 0", string.Join(", ", ids.Cast<int>()));
        Assert.Equal(model.Predict(["a great film"])[0, 0], like);
    }

    [Fact]
    public void A_model_takes_texts_and_tables()
    {
        string[] titles = ["great red shoes", "blue shoes", "red hat", "old hat"];
        string[,] shops = { { "north" }, { "south" }, { "north" }, { "east" } };
        float[,] prices = { { 80 }, { 60 }, { 20 }, { 5 } };
        float[] sold = [1, 0, 1, 0];
        var words = new TextVectorization { OutputMode = TokenOutput.TfIdf };
        words.Adapt(titles);
        var shopRows = new StringLookup { OutputMode = TokenOutput.OneHot };
        shopRows.Adapt(shops);
        var scale = new Normalization();
        scale.Adapt(prices);

        Symbol title = Input.Texts(name: "title"), shop = Input.Texts(name: "shop"), price = Input.Features([1], "price");
        Symbol all = new Concatenate().Call([words.Call(title), shopRows.Call(shop), scale.Call(price)]);
        var model = new Model([title, shop, price], new Dense(1, "sigmoid").Call(all));
        model.Compile("adam", "binary_crossentropy");
        model.Fit([titles, shops, prices], sold, epochs: 5, verbose: 0);
        Assert.Equal([4], [model.Predict([titles, shops, prices]).Lengths[0]]);
    }

    [Fact]
    public void Words_get_numbers_and_vectors()
    {
        Tokenizer? fitted = null;
        Assert.Equal("[<OOV>, 1], [dull, 2], [great, 3], [a, 4]\ngreat <OOV> dull\n", Lines(() =>
        {
            string[] texts = ["A great film, a great cast", "The plot was dull", "Dull, dull, dull!", "Great!"];
            var tokenizer = new Tokenizer(numWords: 10_000) { OovToken = "<OOV>" };
            tokenizer.FitOnTexts(texts);
            int[,] x = Sequences.Pad(tokenizer.TextsToSequences(texts), maxLen: 6);
            Console.WriteLine(string.Join(", ", tokenizer.WordIndex.Take(4)));   // [<OOV>, 1], [dull, 2], [great, 3], [a, 4]
            Console.WriteLine(tokenizer.SequencesToTexts([[3, 99, 2]])[0]);      // great <OOV> dull
            File.WriteAllText("tokenizer.json", tokenizer.ToJson());
            Assert.Equal([4, 3, 5, 4, 3, 6], Enumerable.Range(0, 6).Select(j => x[0, j]));
            fitted = tokenizer;
        }));
        Tokenizer tokenizer = Tokenizer.FromJson(File.ReadAllText("tokenizer.json"));
        Assert.Equal(fitted!.WordIndex, tokenizer.WordIndex);
        File.WriteAllText("vectors.txt", "great 0.5 1\nfilm 2 3\nunseen 4 5\n");
        Assert.StartsWith("2", Lines(() =>
        {
            WordVectors vectors = WordVectors.LoadGloVe("vectors.txt", tokenizer.WordIndex.Keys);
            float[,] matrix = vectors.MatrixFor(tokenizer.WordIndex, numWords: 10_000);
            VectorCoverage coverage = vectors.CoverageOf(tokenizer.WordIndex, numWords: 10_000);
            Console.WriteLine($"{coverage.Share:P0} of {coverage.Words} words have a vector; without: {string.Join(", ", coverage.Missing.Take(3))}");
            Assert.Equal(0.5f, matrix[3, 0]);
        }), StringComparison.Ordinal);
    }

    [Fact]
    public void Pieces()
    {
        string[] words = TextPreprocessing.TextToWordSequence("Don't stop, now!");   // don't, stop, now
        int[] hashed = TextPreprocessing.OneHot("Don't stop, now!", n: 1000);
        float[,] rows = Categorical.ToCategorical([0, 2, 1], numClasses: 3);
        Assert.Equal(["don't", "stop", "now"], words);
        Assert.Equal(3, hashed.Length);
        Assert.Equal(1, rows[1, 2]);
        IReadOnlyDictionary<int, double> classWeight = ClassWeights.Balanced([0, 0, 0, 1]);   // 0 → 0.67, 1 → 2
        Assert.Equal([2 / 3.0, 2], classWeight.Values);
    }

    [Fact]
    public void Windows_over_a_series() => Assert.Equal("7 windows of 3 steps; the first is followed by 22 degrees\n", Lines(() =>
    {
        float[] temperature = [20, 21, 23, 22, 21, 20, 19, 18, 19, 20];
        var scaler = new MinMaxScaler();
        float[] scaled = scaler.FitTransform(temperature);
        var data = new float[scaled.Length, 1];
        for (int i = 0; i < scaled.Length; i++) data[i, 0] = scaled[i];
        var (windows, next) = new TimeseriesGenerator(data, scaled, length: 3).ToArrays();
        Console.WriteLine($"{windows.GetLength(0)} windows of {windows.GetLength(1)} steps; the first is followed by {scaler.InverseTransform(next)[0]} degrees");
    }));

    public void Dispose()
    {
        foreach (string file in new[] { "reviews.csv", "cleaning.json", "tokenizer.json", "vectors.txt" }) File.Delete(file);
        if (Directory.Exists("texts")) Directory.Delete("texts", recursive: true);
    }

    private static string Lines(Action snippet) => Printed.By(snippet).ReplaceLineEndings("\n");
}
