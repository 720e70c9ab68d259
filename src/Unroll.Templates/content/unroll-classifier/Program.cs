using Unroll.Classification;
using Unroll.Serving;

const string Model = "model.keras";

// dotnet run -c Release -- train reviews.csv review sentiment [reviews-test.csv]
if (args is ["train", var file, var text, var label, .. var rest])
{
    // Without a file to test on, a fifth of the texts is kept back for that.
    TextClassifier classifier = TextClassifier.Train(file, text, label, new TextClassifierOptions { Test = rest.FirstOrDefault() });
    Console.WriteLine(classifier.Report);
    classifier.Save(Model);
    return 0;
}

if (!File.Exists(Model))
{
    Console.Error.WriteLine($"There is no {Model} yet. Train it: dotnet run -c Release -- train FILE TEXT-COLUMN LABEL-COLUMN [TEST-FILE]");
    return 1;
}

// dotnet run -c Release
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddTextClassifier(Model);
var app = builder.Build();
app.MapTextClassifier("/predict");
app.MapTextClassifierPage("/");
app.Run();
return 0;
