using System.Text.Json;
using Unroll;
using Unroll.Classification;
using Unroll.Layers;
using Unroll.Text;
using Xunit;

namespace ReaderCode;

[Collection("files of the pages about texts")]
public sealed class VocabulariesPage : IDisposable
{
    [Fact]
    public void Words_go_with_the_model_and_come_from_files()
    {
        string[] texts = ["a great film", "a dull film", "great acting", "dull and slow", "what a great plot", "slow, slow, slow"];
        float[] liked = [1, 0, 1, 0, 1, 0];
        var tokenizer = new Tokenizer(numWords: 1000) { OovToken = "<OOV>" };
        tokenizer.FitOnTexts(texts);

        var text = new TextPipeline(tokenizer, maxLen: 8) { Cleaning = new TextCleaning().StripHtml() };
        var model = new Sequential { new Embedding(text.VocabularySize, 8) { MaskZero = true }, new GRU(8), new Dense(1, "sigmoid") };
        model.Text = text;
        model.Compile("adam", "binary_crossentropy", ["accuracy"]);
        model.Fit(text.Encode(texts), liked, epochs: 20, verbose: 0);
        model.Save("reviews.keras");

        Model loaded = Model.Load("reviews.keras");
        float like = loaded.Predict(loaded.Text!.Encode("a <b>great</b> film"))[0, 0];

        Assert.Equal(model.Predict(text.Encode("a great film"))[0, 0], like);
        Assert.Equal("good", new TextClassifier(loaded, ["bad", "good"]).Predict("what a great plot").Label);

        // What the files hold is counted by hand.
        File.WriteAllText("word_index.json", """{"the": 1, "a": 3, "film": 19, "great": 84, "rare": 997}""");
        File.WriteAllText("tokenizer.json", tokenizer.ToJson());
        File.WriteAllText("vocab.txt", "\n[UNK]\na\nfilm\ngreat");

        JsonElement words = JsonDocument.Parse(File.ReadAllText("word_index.json")).RootElement;
        var ranks = words.EnumerateObject().ToDictionary(word => word.Name, word => word.Value.GetInt32());
        TextPipeline ofRanks = TextPipeline.ForReviews(ranks, numWords: 1000, maxLen: 80);

        var ofTokenizer = new TextPipeline(Tokenizer.FromJson(File.ReadAllText("tokenizer.json")), maxLen: 80, padding: Padding.Post);

        var vectorize = new TextVectorization { OutputSequenceLength = 80 };
        vectorize.SetVocabulary([.. File.ReadLines("vocab.txt").Where(word => word is not ("" or "[UNK]"))]);
        int[,] ids = vectorize.Apply(["a great film"]);

        Assert.Equal([1, 6, 87, 22, 2, 2], ofRanks.Encode("A great film, rare, unseen").Cast<int>().TakeLast(6));
        Assert.Equal([1, tokenizer.WordIndex["great"], 0], ofTokenizer.Encode("unseen great").Cast<int>().Take(3));
        Assert.Equal([2, 4, 3, 0], ids.Cast<int>().Take(4));
    }

    public void Dispose()
    {
        foreach (string file in new[] { "reviews.keras", "word_index.json", "tokenizer.json", "vocab.txt" }) File.Delete(file);
    }
}
