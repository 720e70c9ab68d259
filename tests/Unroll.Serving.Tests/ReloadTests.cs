using System.Text.Json;
using Unroll.Classification;
using Xunit;

namespace Unroll.Serving.Tests;

public sealed class ReloadTests
{
    private static readonly TextClassifier s_first = Classifiers.Untrained(1, "red", "green"), s_second = Classifiers.Untrained(2, "red", "green", "blue");

    [Fact(Timeout = 60_000)]
    public async Task A_new_file_is_taken_over_while_requests_run()
    {
        await using TestApp app = await TestApp.Start(s_first);
        TextPrediction former = s_first.Predict("a great film"), next = s_second.Predict("a great film");
        bool isOver = false;
        Task<int>[] askers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            int asked = 0;
            for (; !Volatile.Read(ref isOver); asked++)
            {
                JsonElement answer = await app.Ask(new { text = "a great film" });
                float[] values = [.. answer.GetProperty("probabilities").EnumerateObject().Select(each => each.Value.GetSingle())];
                Assert.Equal((values.Length == 2 ? former : next).Probabilities.Select(each => each.Value), values);
            }

            return asked;
        }))];
        for (int round = 0; round < 6; round++)
        {
            TextClassifier put = round % 2 == 0 ? s_second : s_first;
            app.Replace(put);
            await Until(() => app.Service.Fingerprint == put.Model.Fingerprint());
        }

        Volatile.Write(ref isOver, true);
        Assert.All(await Task.WhenAll(askers), asked => Assert.True(asked > 0));
        Assert.Equal(former.Label, (await app.Ask(new { text = "a great film" })).GetProperty("label").GetString());
        Assert.Contains("unroll_serving_reloads_total{result=\"loaded\"} 6", await app.Client.GetStringAsync("/predict/metrics"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_broken_or_missing_file_leaves_the_former_one()
    {
        await using TestApp app = await TestApp.Start(s_first);
        string fingerprint = s_first.Model.Fingerprint();
        byte[] whole = File.ReadAllBytes(app.File);
        File.WriteAllBytes(app.File, whole[..(whole.Length / 2)]);
        await Until(() => app.Log.Text.Contains("can't be loaded", StringComparison.Ordinal));
        Assert.Equal(fingerprint, app.Service.Fingerprint);
        File.Delete(app.File);
        await Until(() => app.Log.Text.Contains("is gone", StringComparison.Ordinal));
        Assert.Equal(s_first.Predict("great").Label, (await app.Ask(new { text = "great" })).GetProperty("label").GetString());
        Assert.Contains("unroll_serving_reloads_total{result=\"failed\"}", await app.Client.GetStringAsync("/predict/metrics"), StringComparison.Ordinal);
        app.Replace(s_second);
        await Until(() => app.Service.Fingerprint == s_second.Model.Fingerprint());
    }

    [Fact(Timeout = 60_000)]
    public async Task Behind_a_link_the_target_is_watched()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("unroll-links-");
        try
        {
            string a = Path.Combine(folder.FullName, "a.keras"), b = Path.Combine(folder.FullName, "b.keras"), next = Path.Combine(folder.FullName, "next");
            s_first.Save(a);
            s_second.Save(b);
            await using TestApp app = await TestApp.Start(s_first);
            File.CreateSymbolicLink(next, a);
            File.Move(next, app.File, overwrite: true);
            await Task.Delay(200);
            File.CreateSymbolicLink(next, b);
            File.Move(next, app.File, overwrite: true);
            await Until(() => app.Service.Fingerprint == s_second.Model.Fingerprint());
            s_first.Save(b); // the system tells of the link alone; the look in between finds it
            await Until(() => app.Service.Fingerprint == s_first.Model.Fingerprint());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_that_is_not_watched_stays_as_it_was()
    {
        await using TestApp app = await TestApp.Start(s_first, options => options.Watch = false);
        app.Replace(s_second);
        await Task.Delay(500);
        Assert.Equal(s_first.Model.Fingerprint(), app.Service.Fingerprint);
        Assert.Same(app.Service.Classifier, app.Service.Classifier);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_model_whose_weights_are_no_numbers_is_refused()
    {
        await using TestApp app = await TestApp.Start(s_first);
        TextClassifier broken = Classifiers.Untrained(3, "red", "green");
        broken.Model.SetWeights([.. broken.Model.GetWeights().Select(weight => Array.ConvertAll(weight, _ => float.NaN))]);
        app.Replace(broken);
        await Until(() => app.Log.Text.Contains("NaN or infinite", StringComparison.Ordinal));
        Assert.Equal(s_first.Model.Fingerprint(), app.Service.Fingerprint);
    }

    private static async Task Until(Func<bool> happened)
    {
        while (!happened()) await Task.Delay(10, TestContext.Current.CancellationToken);
    }
}
