using System.Diagnostics;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Trainings that are broken off go on with --resume, to the file that they would have written.</summary>
public sealed class ResumeTests : IDisposable
{
    private static readonly string[] s_reviews =
    [
        "train", "--dataset", "synthetic", "--train-count", "480", "--test-count", "32", "--num-words", "100", "--max-len", "20", "--batch-size", "16", "--validation-split", "0.2",
        "--model", "embedding(4), dropout(0.2), gru(4, dropout=0.1), dense(1, activation=sigmoid)", "--verbose", "2",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-resume-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Killed_at_any_moment(bool areOwnTexts)
    {
        string[] command = areOwnTexts ? OwnTexts("--epochs", "6") :
            [.. s_reviews, "--epochs", "10", "--callbacks", $"early_stopping(patience=3, restore_best_weights=true), reduce_lr_on_plateau(patience=1, factor=0.3), csv_logger('{InFolder("log.csv")}')"];
        Assert.Equal(0, CliTest.Run([.. command, "--save", InFolder("whole.keras")]).ExitCode);
        string? log = areOwnTexts ? null : File.ReadAllText(InFolder("log.csv"));
        if (log is not null) File.Delete(InFolder("log.csv"));

        // Moments that no two runs of the test share: within the start of the process, within epochs, within writing.
        uint state = (uint)Environment.ProcessId;
        string model = InFolder("m.keras"), backup = model + ".resume";
        for (int i = 0; i < 8 && !File.Exists(model); i++)
        {
            using Process trainer = Start(command, model, resumes: File.Exists(backup));
            if (i == 0) SpinWait.SpinUntil(() => File.Exists(backup) || trainer.HasExited, TimeSpan.FromSeconds(60)); // so that there is something to go on from
            state = state * 1664525 + 1013904223;
            if (trainer.WaitForExit((int)(state >> 16) % 1200)) continue;
            trainer.Kill();
            trainer.WaitForExit();
        }

        if (!File.Exists(model))
        {
            using Process last = Start(command, model, resumes: File.Exists(backup));
            string error = last.StandardError.ReadToEnd();
            Assert.True(last.WaitForExit(120_000), "The training did not end.");
            Assert.Equal((0, ""), (last.ExitCode, error));
        }

        Assert.Equal(File.ReadAllBytes(InFolder("whole.keras")), File.ReadAllBytes(model));
        if (log is not null) Assert.Equal(log, File.ReadAllText(InFolder("log.csv")));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 4)]
    [InlineData(true, 1)]
    [InlineData(true, 9)]
    public void Stopped_within_an_epoch(bool areOwnTexts, int threads)
    {
        string[] command = areOwnTexts ? OwnTexts("--epochs", "4") : [.. s_reviews, "--epochs", "4"];
        CliResult whole = CliTest.Run([.. command, "--save", InFolder("whole.keras")]);
        CliResult stopped = StoppedCommand.Run([.. command, "--save", InFolder("m.keras")]);
        Assert.Contains("The same command with --resume goes on after the last whole epoch.", stopped.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(InFolder("m.keras.resume")));
        CliResult resumed = CliTest.Run([.. command, "--save", InFolder("m.keras"), "--resume", "--threads", $"{threads}"]);
        Assert.Equal((0, ""), (resumed.ExitCode, resumed.Error));
        Assert.Equal(File.ReadAllBytes(InFolder("whole.keras")), File.ReadAllBytes(InFolder("m.keras")));
        Assert.Equal(Fingerprint(whole), Fingerprint(resumed));
        Assert.False(File.Exists(InFolder("m.keras.resume")));
    }

    [Fact]
    public void Early_stopping_that_had_ended_the_training_ends_it_again()
    {
        string[] command = [.. s_reviews, "--epochs", "50", "--callbacks", "early_stopping(patience=1, monitor=val_accuracy, restore_best_weights=true)", "--save", InFolder("m.keras")];
        Assert.Equal(0, CliTest.Run(command).ExitCode);
        byte[] expected = File.ReadAllBytes(InFolder("m.keras"));
        CliResult stopped = StoppedCommand.Run(command);
        Assert.Equal(130, stopped.ExitCode);
        CliResult resumed = CliTest.Run([.. command, "--resume", "--json", InFolder("r.json")]);
        Assert.Equal((0, ""), (resumed.ExitCode, resumed.Error));
        Assert.Equal(expected, File.ReadAllBytes(InFolder("m.keras")));
        Assert.Contains("\"epoch\": 1,", File.ReadAllText(InFolder("r.json")), StringComparison.Ordinal); // the history is that of the whole training
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_the_difference()
    {
        string model = InFolder("m.keras");
        string[] command = [.. s_reviews, "--save", model];
        Refused($"There is no {model}.resume to go on from", [.. command, "--resume"]);
        Refused("--resume goes on with a training that was to be saved", [.. s_reviews, "--resume"]);
        Refused("--resume and backup_and_restore exclude each other", [.. command, "--resume", "--callbacks", $"backup_and_restore('{InFolder("b")}')"]);
        StoppedCommand.Run([.. command, "--epochs", "9"]);
        Refused($"{model}.resume holds a training that was broken off. Go on with it (--resume), or delete the file", [.. command, "--epochs", "9"]);
        Refused("is the backup of another training: --epochs was 9, now it is 5.", [.. command, "--resume"]);
        Refused("--seed was 0, now it is 3", [.. command, "--epochs", "9", "--seed", "3", "--resume"]);
        Refused("--optimizer was adam, now it is adam(learning_rate=0.5)", [.. command, "--epochs", "9", "--learning-rate", "0.5", "--resume"]);
        File.WriteAllText(model + ".resume", "no archive");
        Refused("not a readable ZIP archive", [.. command, "--epochs", "9", "--resume"]);
    }

    [Fact]
    public void Other_texts_are_refused()
    {
        string[] command = OwnTexts("--save", InFolder("m.keras"), "--epochs", "4");
        StoppedCommand.Run(command);
        Refused("Seed was 0, now it is 3", [.. command, "--seed", "3", "--resume"]);
        File.AppendAllText(command[1], "one more fine film,1\n");
        Refused("what was made of the texts (SHA-256) was another one", [.. command, "--resume"]);
    }

    [Fact]
    public void A_failed_training_leaves_no_backup()
    {
        CliResult result = CliTest.Run([.. s_reviews, "--optimizer", "sgd(learning_rate=1e30)", "--save", InFolder("m.keras")]);
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("8k")] // not even the first backup
    [InlineData("80k")] // no room for those that follow
    public void A_full_disk_is_found_before_the_first_step(string size)
    {
        string disk = InFolder("disk");
        Directory.CreateDirectory(disk);
        if (!OperatingSystem.IsLinux() || Call("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", disk) != 0) Assert.Skip("Only root may mount a small disk.");
        try
        {
            CliResult result = CliTest.Run([.. s_reviews, "--save", Path.Combine(disk, "m.keras")]);
            Assert.Equal(2, result.ExitCode);
            Assert.Contains(disk, result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("Epoch 1", result.Out, StringComparison.Ordinal);
        }
        finally
        {
            Call("umount", disk);
        }
    }

    private static void Refused(string message, params string[] args)
    {
        CliResult result = CliTest.Run(args);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    private static string Fingerprint(CliResult result) => result.Out.Split("fingerprint: ")[1].Split('\n')[0];

    private static int Call(string program, params string[] args)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }

    private static Process Start(string[] command, string model, bool resumes)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Unroll.Cli.dll");
        string host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        Process process = Process.Start(new ProcessStartInfo(host, ["exec", "--roll-forward", "LatestMinor", program, .. command, "--save", model, .. resumes ? new[] { "--resume" } : []])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private string[] OwnTexts(params string[] more)
    {
        string csv = InFolder("texts.csv");
        File.WriteAllText(csv, "text,label\n" + string.Concat(Enumerable.Range(0, 80).Select(i => $"{(i % 2 == 0 ? "good fine" : "bad poor")} film number {i},{(i % 9 == 0 ? 1 : i % 2)}\n")));
        return ["train", csv, "--validation-split", "0.2", "--batch-size", "8", "--verbose", "2", .. more];
    }

    private string InFolder(string name) => Path.Combine(_folder, name);
}
