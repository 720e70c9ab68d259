using Unroll.Serving;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddTextClassifier(builder.Configuration["model"] ?? "m.keras");
var app = builder.Build();
app.MapTextClassifier("/predict");
app.MapTextClassifierPage("/");
app.Run();
