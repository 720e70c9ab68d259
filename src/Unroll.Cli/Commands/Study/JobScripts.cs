using System.Globalization;
using System.Text;

namespace Unroll.Cli.Commands.Study;

/// <summary>What a cluster is handed to start many workers: the cluster places them, the store gives them their trials.</summary>
internal static class JobScripts
{
    /// <summary>What the workers have in common.</summary>
    /// <param name="Study">Name of the study.</param>
    /// <param name="Target">As the study was named on the command line.</param>
    /// <param name="Store">Address of the store that all share, without a password; null if each task has one of its own.</param>
    /// <param name="Selection">Further arguments of <c>unroll study run</c>: part, repeats, data.</param>
    /// <param name="DataDirectory">Folder of data files; null for the usual places.</param>
    /// <param name="Workers">How many.</param>
    /// <param name="Jobs">Trials side by side in each, each on one thread.</param>
    public sealed record Work(string Study, string Target, string? Store, IReadOnlyList<string> Selection, string? DataDirectory, int Workers, int Jobs);

    /// <summary>A job array for <c>sbatch</c>. Where the program is not called unroll, the variable UNROLL names it.</summary>
    public static string Slurm(Work work)
    {
        string name = Name(work.Study);
        string data = work.DataDirectory is { } directory ? $" --data-dir {Quoted(directory)}" : "";
        var text = new StringBuilder();
        text.Append(string.Create(CultureInfo.InvariantCulture, $"""
            #!/bin/bash
            #SBATCH --job-name={name}
            #SBATCH --array=1-{work.Workers}
            #SBATCH --ntasks=1
            #SBATCH --cpus-per-task={work.Jobs}
            #SBATCH --output={name}-%a.log
            #SBATCH --open-mode=append
            #SBATCH --requeue
            set -eu

            """).ReplaceLineEndings("\n"));
        if (work.Store is { } store)
        {
            text.Append("# The password of the store: export PGPASSWORD before sbatch, or ~/.pgpass on the nodes.\n");
            text.Append(CultureInfo.InvariantCulture, $"exec ${{UNROLL:-unroll}} worker --store {Quoted(store)} --study {Quoted(work.Study)} --jobs \"$SLURM_CPUS_PER_TASK\"{data}\n");
            return text.ToString();
        }

        string selection = string.Concat(work.Selection.Select(argument => " " + Quoted(argument)));
        text.Append("mkdir -p runs\n");
        text.Append(CultureInfo.InvariantCulture, $"${{UNROLL:-unroll}} study run {Quoted(work.Target)}{selection} --shard \"$SLURM_ARRAY_TASK_ID/{work.Workers}\" \\\n");
        text.Append(CultureInfo.InvariantCulture, $"  --jobs \"$SLURM_CPUS_PER_TASK\"{data} --store \"sqlite:///runs/{name}-$SLURM_ARRAY_TASK_ID.db\"\n");
        text.Append(CultureInfo.InvariantCulture, $"# When all tasks have ended: unroll study merge runs/{name}-*.db --out runs/{name}\n");
        text.Append("# If some were cut off: the same script once more; what is stored does not run again.\n");
        return text.ToString();
    }

    /// <summary>An Indexed Job for <c>kubectl apply</c>.</summary>
    /// <param name="work">What the workers have in common; with a store that all share.</param>
    /// <param name="image">Container image with the program.</param>
    public static string Kubernetes(Work work, string image)
    {
        string[] command = ["unroll", "worker", "--store", work.Store!, "--study", work.Study, "--jobs", work.Jobs.ToString(CultureInfo.InvariantCulture),
            .. work.DataDirectory is { } directory ? (string[])["--data-dir", directory] : []];
        return string.Create(CultureInfo.InvariantCulture, $"""
            # The password of the store: kubectl create secret generic unroll-store --from-literal=password=...
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: {Name("unroll-" + work.Study).ToLowerInvariant()}
            spec:
              completionMode: Indexed
              completions: {work.Workers}
              parallelism: {work.Workers}
              backoffLimitPerIndex: 3
              template:
                spec:
                  restartPolicy: Never
                  containers:
                    - name: worker
                      image: {Yaml(image)}
                      command: [{string.Join(", ", command.Select(Yaml))}]
                      env:
                        - name: PGPASSWORD
                          valueFrom:
                            secretKeyRef:
                              name: unroll-store
                              key: password
                      resources:
                        requests:
                          cpu: {work.Jobs}
                        limits:
                          cpu: {work.Jobs}

            """).ReplaceLineEndings("\n");
    }

    // A name that job managers, files and shells take as it is.
    private static string Name(string study) => string.Concat(study.Select(c => char.IsAsciiLetterOrDigit(c) || c == '-' ? c : '-')).Trim('-');

    private static string Quoted(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=@%+,".Contains(c, StringComparison.Ordinal)) && text.Length > 0 ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    // Single quotes: nothing in them means anything else.
    private static string Yaml(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
