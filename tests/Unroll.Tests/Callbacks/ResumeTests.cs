using Unroll.Callbacks;
using Unroll.Layers;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.Tests.Callbacks;

/// <summary>Runs that were killed go on with the same bits; damaged backups do no harm.</summary>
public sealed class ResumeTests : IDisposable
{
    private const string Weights = "latest.weights.h5", Place = "training_metadata.json";
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-backup-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_shuffled_run_with_dropout_ends_with_the_same_bits()
    {
        string whole = Run(5);
        Run(5, killAfter: 1);
        Run(5, killAfter: 3);
        Assert.Equal(whole, Run(5));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    /// <summary>Killed between the two files: the weights are one epoch ahead of what the place says.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_place_that_was_not_written_any_more_is_worked_out(bool doubleCheckpoint)
    {
        string whole = Run(5);
        Run(5, killAfter: 1);
        byte[] place = File.ReadAllBytes(At(Place));
        Run(5, killAfter: 2);
        File.WriteAllBytes(At(Place), place);
        Assert.Equal(whole, Run(5, doubleCheckpoint: doubleCheckpoint));
    }

    [Theory]
    [InlineData(Weights, "")]
    [InlineData(Weights, "not HDF5")]
    [InlineData(Place, "{}")]
    [InlineData(Place, "[1]")]
    [InlineData(Place, "{\"epoch\": -3, \"batch\": 0}")]
    public void A_damaged_backup_is_replaced_by_the_one_before_it(string file, string content)
    {
        string whole = Run(5);
        Run(5, killAfter: 2, doubleCheckpoint: true);
        File.WriteAllText(At(file), content);
        Assert.Equal(whole, Run(5, doubleCheckpoint: true, expectsWarning: true));

        Run(5, killAfter: 2);
        File.WriteAllText(At(file), content);
        Assert.Throws<InvalidDataException>(() => Run(5));
    }

    [Theory]
    [InlineData(Weights)]
    [InlineData(Place)]
    public void Half_a_backup_is_none(string missing)
    {
        string whole = Run(3);
        Run(3, killAfter: 1);
        File.Delete(At(missing));
        Assert.Equal(whole, Run(3));
    }

    [Fact]
    public void Files_of_others_stay()
    {
        File.WriteAllText(At("notes.txt"), "mine");
        Run(1);
        Assert.Equal([At("notes.txt")], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Averages_are_what_a_checkpoint_saves_between_epochs()
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        Sequential plain = CallbackCase.NewModel(Averaging()), swapped = CallbackCase.NewModel(Averaging());
        plain.Fit(x, y, batchSize: 6, epochs: 3, verbose: 0);
        swapped.Fit(x, y, batchSize: 6, epochs: 3, verbose: 0, callbacks:
            [new SwapEMAWeights { SwapOnEpoch = true }, new ModelCheckpoint { FilePath = At("m.weights.h5"), SaveWeightsOnly = true }]);
        Assert.Equal(plain.Fingerprint(), swapped.Fingerprint()); // at the end of a fit the averages are the weights
        Sequential saved = CallbackCase.NewModel();
        saved.LoadWeights(At("m.weights.h5"));
        Assert.Equal(plain.Fingerprint(), saved.Fingerprint());

        static SGD Averaging() => new(0.2) { UseEma = true, EmaMomentum = 0.6 };
    }

    private string Run(int epochs, int? killAfter = null, bool doubleCheckpoint = false, bool expectsWarning = false)
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        var model = new Sequential(seed: 3) { new Dense(4, "tanh"), new Dropout(0.5), new Dense(1, "sigmoid") };
        model.Compile("adam", "binary_crossentropy");
        var warnings = new StringWriter();
        var kill = new LambdaCallback { EpochEnd = (epoch, _) => { if (epoch == killAfter) throw new OperationCanceledException(); } };
        try
        {
            model.Fit(x, y, batchSize: 7, epochs: epochs, verbose: 0, callbacks:
                [new BackupAndRestore { BackupDir = _folder, DoubleCheckpoint = doubleCheckpoint, Warnings = warnings }, kill]);
        }
        catch (OperationCanceledException) when (killAfter is not null)
        {
        }

        Assert.Equal(expectsWarning, warnings.ToString().Length > 0);
        Directory.CreateDirectory(_folder); // the callback has removed it if it was empty
        return model.Fingerprint();
    }

    private string At(string name) => Path.Combine(_folder, name);
}
