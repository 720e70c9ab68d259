#:project ../../src/Unroll/Unroll.csproj
#:property PublishAot=false
#:property GenerateDocumentationFile=true
#:property NoWarn=CS1591

// Writes DIR/m.keras and DIR/m.onnx, the same LSTM(32), and DIR/review.lua, which sends reviews of 80 to 200 words. Speed does not
// depend on the weights, so that they are those before training.
using System.Text.Json;
using Unroll;
using Unroll.Layers;
using Unroll.Text;

string folder = args[0];
string[] words = [.. Enumerable.Range(0, 10_000).Select(i => $"{(char)('a' + i % 26)}{(char)('a' + i / 26 % 26)}{(char)('a' + i / 676)}o")];
var model = new Sequential { new Embedding(10_001, 32), new LSTM(32), new Dense(1, "sigmoid") };
model.Build(200);
model.Text = new TextPipeline(words.Select((word, i) => (word, i)).ToDictionary(entry => entry.word, entry => entry.i + 1), 200);
model.ClassNames = ["negative", "positive"];
model.Save(Path.Combine(folder, "m.keras"));
model.ExportOnnx(Path.Combine(folder, "m.onnx"));
string[] bodies = [.. Enumerable.Range(0, 64).Select(k => JsonSerializer.Serialize(
    string.Join(' ', Enumerable.Range(0, 80 + k * 120 / 63).Select(i => words[(k * 7919 + i * 104_729) % words.Length]))))];
File.WriteAllText(Path.Combine(folder, "review.lua"), $$"""
    local texts = { {{string.Join(", ", bodies)}} }
    local at = 0
    request = function()
      at = at % #texts + 1
      return wrk.format("POST", "/predict", { ["Content-Type"] = "application/json" }, '{"text": "' .. texts[at] .. '"}')
    end
    done = function(summary, latency, requests)
      local e = summary.errors
      io.write(string.format("RESULT %.0f %.0f %.0f %d %d\n", summary.requests / summary.duration * 1e6, latency:percentile(50), latency:percentile(99),
        summary.requests, e.connect + e.read + e.write + e.status + e.timeout))
    end
    """);
