using Unroll.Studies.Storage;
using Xunit;

namespace Unroll.Studies.Tests.Running;

/// <summary>Studies on texts of one's own.</summary>
public sealed class OwnTextStudyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-own-texts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Runs_beside_its_file_and_resumes_from_elsewhere()
    {
        Write("reviews.csv", Csv(3));
        string path = Write("study.json", Document("\"path\": \"reviews.csv\", \"text\": \"review\", \"label\": \"kind\", \"testShare\": 0.25", 3));
        Study study = Study.Load(path);
        StudyTexts.Check(study);
        string folder = Path.Combine(_folder, "out");
        StudyResult whole = StudyRunner.Run(study, new RunOptions { OutputFolder = folder, Jobs = 1 });
        Assert.All(whole.Trials, trial => Assert.Equal(TrialState.Complete, trial.State));
        TrialDataset data = Assert.Single(whole.Datasets);
        Assert.Equal(("reviews.csv", 90, 30), (data.Name, data.TrainCount, data.TestCount));
        Assert.Equal(1.0 / 3, data.MajorityShare, 0.05);
        Assert.All(whole.Trials, trial => Assert.True(trial.TestAccuracy > 0.8, $"{trial.TestAccuracy}"));

        // The store knows where the file is: reports and further repeats do not need the study file.
        Assert.Equal(2, StoredStudy.Read(folder).Trials.Count());
        StudyResult again = StudyRunner.Resume(folder);
        Assert.Equal(whole.Trials.Select(trial => trial.Fingerprint), again.Trials.Select(trial => trial.Fingerprint));

        // The place of the file is not part of what a trial is.
        Directory.CreateDirectory(Path.Combine(_folder, "moved"));
        File.Move(path, Path.Combine(_folder, "moved", "study.json"));
        File.Move(Path.Combine(_folder, "reviews.csv"), Path.Combine(_folder, "moved", "reviews.csv"));
        StudyResult moved = StudyRunner.Run(Study.Load(Path.Combine(_folder, "moved", "study.json")), new RunOptions { OutputFolder = folder, Jobs = 1 });
        Assert.Equal(whole.Trials.Select(trial => trial.Fingerprint), moved.Trials.Select(trial => trial.Fingerprint));

        File.AppendAllText(Path.Combine(_folder, "moved", "reviews.csv"), "one more,k0\n");
        Assert.Contains("on other data (reviews.csv, which has changed since)", Assert.Throws<ArgumentException>(() => StudyRunner.Resume(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_vocabulary_is_that_of_the_training_texts()
    {
        Write("train.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"the good film {(i % 2 == 0 ? "great" : "poor")} number {i},{i % 2}\n")));
        Write("test.csv", "text,label\nThe GREAT unheard!,0\npoor film,1\n");
        DatasetDesign design = Design("\"path\": \"train.csv\", \"test\": \"test.csv\"", 2).Dataset;
        OwnTexts texts = OwnTexts.Load(design);
        Assert.Equal(["0", "1"], texts.Labels);
        Assert.Equal([0, 1], texts.YTest);
        int[] first = [.. Enumerable.Range(0, design.MaxLen).Select(column => texts.XTest[0, column])];
        Assert.Equal(0, first[0]); // filled at the begin
        Assert.Equal(1, first[^1]); // "unheard" was not learned
        Assert.InRange(first[^3], 2, 6); // "the", in every text, is among the most frequent
        Assert.Equal(20, texts.YTrain.Length);
        Assert.NotEqual(Enumerable.Range(0, 20).Select(i => i % 2), texts.YTrain); // not in the order of the file
        OwnTexts otherOrder = OwnTexts.Load(design with { Texts = design.Texts! with { SplitSeed = 1 } });
        Assert.NotEqual(texts.YTrain, otherOrder.YTrain);
        Assert.NotEqual(texts.Hash, otherOrder.Hash);
    }

    [Theory]
    [InlineData("\"path\": \"reviews.csv\", \"label\": \"kind\"", 3, "has no column 'text'. Its columns are: review, kind")]
    [InlineData("\"path\": \"missing.csv\"", 3, "missing.csv")]
    [InlineData("\"path\": \"reviews.csv\", \"text\": \"review\", \"label\": \"kind\"", 4, "reviews.csv has 3 classes (k0, k1, k2), and the model ends in dense(4, activation=softmax) with the loss sparse_categorical_crossentropy: it must have an output for each: dense(3, activation=softmax)")]
    [InlineData("\"path\": \"reviews.csv\", \"text\": \"review\", \"label\": \"kind\"", 1, "binary_crossentropy is for two classes")]
    public void What_does_not_fit_is_found_by_check_and_before_training(string dataset, int classes, string message)
    {
        Write("reviews.csv", Csv(3));
        Study study = Study.Load(Write("study.json", Document(dataset, classes)));
        Assert.Contains(message, Assert.ThrowsAny<Exception>(() => StudyTexts.Check(study)).Message, StringComparison.Ordinal);
        Assert.Contains(message, Assert.ThrowsAny<Exception>(() => StudyRunner.Run(study, new RunOptions { Jobs = 1 })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"path\": \"a.csv\", \"name\": \"imdb\"", "stands beside \"path\"")]
    [InlineData("\"path\": \"a.csv\", \"test\": \"b.csv\", \"testShare\": 0.2", "dataset.testShare: stands beside \"test\"")]
    [InlineData("\"path\": \"a.csv\", \"testShare\": 1", "must be above 0 and below 1")]
    [InlineData("\"path\": \"\"", "is empty; name a file of texts")]
    [InlineData("\"label\": \"kind\"", "dataset.label: is for texts of your own; name their file")]
    [InlineData("\"path\": \"a.csv\", \"separator\": \"::\"", "must be one sign, or tab")]
    [InlineData("\"path\": \"a.csv\", \"lable\": \"kind\"", "has no member 'lable'; did you mean 'label'?")]
    public void Members_that_make_no_sense_name_their_line(string dataset, string message)
    {
        string error = Assert.Throws<InvalidDataException>(() => Study.Parse(Document(dataset, 2))).Message;
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.StartsWith("study.json(", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("synthetic")]
    [InlineData("auto")]
    public void No_other_data_set_stands_in_for_own_texts(string dataset)
    {
        Study study = Study.Parse(Document("\"path\": \"a.csv\"", 2));
        Assert.Contains("has texts of its own", Assert.Throws<ArgumentException>(() => StudyRunner.Run(study, new RunOptions { DatasetOverride = dataset })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "{ \"folder\": \"/a \\u0022b\\u0022\"}")]
    [InlineData("// x {\n{ \"name\": 1, }", "// x {\n{ \"folder\": \"/a \\u0022b\\u0022\", \"name\": 1, }")]
    [InlineData("{ \"parts\": [{ \"folder\": 2 }] }", "{ \"folder\": \"/a \\u0022b\\u0022\", \"parts\": [{ \"folder\": 2 }] }")]
    [InlineData("{ \"name\": 1, \"folder\": \"/c\" }", "{ \"name\": 1, \"folder\": \"/c\" }")]
    public void The_folder_goes_into_the_document(string document, string expected) => Assert.Equal(expected, StudyFolder.Add(document, "/a \"b\""));

    private StudyDesign Design(string dataset, int classes) => Study.Load(Write("design.json", Document(dataset, classes))).Parts[0].Cells[0].Design;

    private static string Document(string dataset, int classes) => $$"""
        {
          "name": "own",
          "dataset": { {{dataset}}, "numWords": 60, "maxLen": 8 },
          "training": {
            "optimizer": "adam(learning_rate=0.05)", "epochs": 12, "batchSize": 8,
            "loss": "{{(classes == 1 ? "binary_crossentropy" : "sparse_categorical_crossentropy")}}", "validation": { "split": 0.1 },
          },
          "model": ["embedding(output_dim=8)", "global_average_pooling1d", "dense({{classes}}, activation={{(classes == 1 ? "sigmoid" : "softmax")}})"],
          "parts": [{ "name": "width", "axes": [{ "path": "model[0].output_dim", "values": [4, 8] }] }],
        }
        """;

    private static string Csv(int classes) => "review,kind\n" + string.Concat(Enumerable.Range(0, 120).Select(i => $"\"a film, {(char)('a' + i % classes)}{(char)('a' + i % classes)} {i}\",k{i % classes}\n"));

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
