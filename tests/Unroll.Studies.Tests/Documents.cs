namespace Unroll.Studies.Tests;

/// <summary>Study documents that tests share.</summary>
internal static class Documents
{
    public const string Small = """
        // a comment
        {
          "name": "small", "title": "Small & <simple>", "question": "Two or four?",
          "dataset": { "name": "synthetic", "numWords": 100, "maxLen": 10, "padding": "pre", "truncating": "pre" },
          "training": { "optimizer": "adam", "loss": "binary_crossentropy", "batchSize": 32, "epochs": 5, "validation": { "split": 0.2 } },
          "model": ["embedding(output_dim=8)", "lstm(4)", "dense(1, activation=sigmoid)"],
          "seed": 7, "repeats": 2,
          "parts": [
            { "name": "units", "axes": [{ "path": "model[1].units", "values": [2, 4] }], },
          ],
        }
        """;

    public static Study Study(string? json = null) => Studies.Study.Parse(json ?? Small);
}
