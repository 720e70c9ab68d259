using Unroll;
using Unroll.Layers;
using Unroll.Studies.Tests.Docs;
using Unroll.Tests.Support;
using Xunit;

namespace ReaderCode;

[Collection("files of the pages about texts")]
public sealed class OnnxPage : IDisposable
{
    private const string Script = "reviews.cjs";

    [Fact]
    public void A_model_is_exported_and_runs_elsewhere()
    {
        new Sequential { new Embedding(1000, 8) { MaskZero = true }, new LSTM(16), new Dense(1, "sigmoid") }.Save("reviews.keras");
        Model model = Model.Load("reviews.keras");
        model.ExportOnnx("reviews.onnx");
        Assert.True(new FileInfo("reviews.onnx").Length > 4 * model.ParameterCount);

        Assert.SkipWhen(MarkdownPages.Root is null, "The tests do not run inside the repository.");
        Assert.SkipWhen(OnnxTools.NoRuntime is not null, OnnxTools.NoRuntime ?? "");
        File.WriteAllLines(Script, MarkdownPages.Blocks("javascript").Single().Lines);
        OnnxTools.RunNode(Path.GetFullPath(Script));
    }

    public void Dispose()
    {
        File.Delete("reviews.keras");
        File.Delete("reviews.onnx");
        File.Delete(Script);
    }
}
