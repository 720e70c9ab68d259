using System.CommandLine;
using System.Globalization;
using Unroll.Cli.Infrastructure;
using Unroll.Studies;
using Unroll.Studies.Storage;

namespace Unroll.Cli.Commands.Study;

/// <summary>
/// <c>unroll study submit</c>: records a run for workers, or prints what a cluster needs to start them. What is printed goes
/// to the output alone, so that it can be sent to a file; remarks go to the errors.
/// </summary>
internal static class StudySubmitCommand
{
    private const int DefaultWorkers = 16;

    public static Command Create(CliContext context)
    {
        Argument<string> target = StudyTarget.Argument();
        Option<string?> part = CliOptions.OptionalText("--part", "PART", "This part only.");
        Option<int?> repeats = StudyTarget.Count("--repeats", "Seeds per cell, in place of what the study says.");
        Option<string> dataset = CliOptions.Choice("--dataset", "Data: what the study asks for if it can be had, else made-up reviews (auto); or one of them.", "auto", "imdb", "synthetic");
        Option<string?> store = StoreArguments.Store("Store that workers share");
        Option<bool> slurm = new("--slurm") { Description = "Print a job array for sbatch: workers, or with no --store shares of the study that 'unroll study merge' brings together." };
        Option<bool> kubernetes = new("--k8s") { Description = "Print an Indexed Job for kubectl apply; needs --store and --image." };
        Option<int?> workers = StudyTarget.Count("--workers", $"Workers that the cluster starts (default: {DefaultWorkers}, or one per trial if there are fewer).");
        Option<string?> image = CliOptions.OptionalText("--image", "IMAGE", "Container image with the command unroll, for --k8s.");
        (Option<int?> jobs, Option<string?> dataDirectory, Option<bool> retryFailed) = StudyRunCommand.Common();
        jobs.Description = "Trials side by side in each worker, each on one thread (default: 1).";
        var command = new Command("submit", "Leave a study to workers: record its run in a store, print a job for a cluster, or both.")
        {
            target, store, part, repeats, dataset, slurm, kubernetes, workers, jobs, image, dataDirectory, retryFailed,
        };
        command.SetAction(result =>
        {
            string given = result.GetRequiredValue(target);
            Studies.Study study = StudyTarget.Find(given);
            string? url = result.GetValue(store);
            bool forSlurm = result.GetValue(slurm), forKubernetes = result.GetValue(kubernetes);
            Check(url, forSlurm, forKubernetes, result.GetValue(image));
            string? data = StudyRunCommand.Dataset(study, result.GetValue(dataset)!, CliOptions.IsGiven(result, dataset));
            int trials = Shard.Limit(study, result.GetValue(part), result.GetValue(repeats));
            string? address = null;
            if (url is not null)
            {
                using IStudyStore opened = StoreArguments.OpenAddress(url, create: true);
                var options = new RunOptions
                {
                    Part = result.GetValue(part),
                    Repeats = result.GetValue(repeats),
                    DatasetOverride = data,
                    DataDirectory = result.GetValue(dataDirectory),
                    Store = opened,
                    RetryFailed = result.GetValue(retryFailed),
                };
                StoredRun run = StudyRunner.Submit(study, options, observer: null, context.Cancellation);
                (trials, address) = (run.Counts.Total - run.Counts.Ended, opened.Address());
                TextWriter remarks = forSlurm || forKubernetes ? context.Error : context.Out;
                remarks.WriteLine($"Run {run.Id} of '{study.Name}': {trials} of {run.Counts.Total} trials wait in {address}.");
                if (!forSlurm && !forKubernetes)
                {
                    remarks.WriteLine($"Workers, on any machine: unroll worker --store {address}");
                    remarks.WriteLine($"Results:                 unroll study report --store {address} --study {study.Name}");
                }
            }

            List<string> selection = [];
            if (result.GetValue(part) is { } its) selection.AddRange(["--part", its]);
            if (result.GetValue(repeats) is { } count) selection.AddRange(["--repeats", count.ToString(CultureInfo.InvariantCulture)]);
            if (data is not null) selection.AddRange(["--dataset", data]);
            if (result.GetValue(retryFailed)) selection.Add("--retry-failed");
            int number = Math.Max(1, Math.Min(result.GetValue(workers) ?? DefaultWorkers, trials));
            var work = new JobScripts.Work(study.Name, given, address, selection, result.GetValue(dataDirectory), number, result.GetValue(jobs) ?? 1);
            if (forSlurm) context.Out.Write(JobScripts.Slurm(work));
            if (forKubernetes) context.Out.Write(JobScripts.Kubernetes(work, result.GetValue(image)!));
            return ErrorBoundary.Success;
        });
        return command;
    }

    private static void Check(string? url, bool slurm, bool kubernetes, string? image)
    {
        if (slurm && kubernetes) throw new ArgumentException("--slurm and --k8s are two clusters; give one of them.");
        if (url is null && kubernetes) throw new ArgumentException("--k8s needs --store postgresql://USER@HOST/DATABASE: pods share no folder.");
        if (url is null && !slurm) throw new ArgumentException("Where to? Give --store URL for workers, or --slurm for shares of the study that need no store in common.");
        if (url is not null && (slurm || kubernetes) && StoreArguments.IsFile(url))
            throw new ArgumentException("A SQLite file is for the processes of one machine. Give --store postgresql://USER@HOST/DATABASE, or --slurm alone: each task then has a file of its own.");
        if (kubernetes && image is null) throw new ArgumentException("--k8s needs --image, a container image with the command unroll.");
    }
}
