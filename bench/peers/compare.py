#!/usr/bin/env python3
"""Runs `unroll bench` and a peer in turn and writes how they compare: comparison.md and comparison.json.

    compare.py [--peer bench/peers/torch_peer.py] [--threads N] [--unroll-threads N] [--data SOURCE] [--rounds R] [--out DIR] [WORKLOAD ...]

A machine that is slow for a minute is slow for both: a round measures every workload with both, one right after the other,
and the ratio is the median of the ratios of the rounds. The peer runs on one thread and on N; its better median counts.
Build first: dotnet build -c Release src/Unroll.Cli
"""
import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
UNROLL = "dotnet " + shlex.quote(os.path.join(HERE, "../../src/Unroll.Cli/bin/Release/net10.0/Unroll.Cli.dll"))
WORKLOADS = ["rnn5", "lstm8", "lstm32", "lstm64", "lstm128", "gru8", "gru128", "lstm8x8", "lstm128-v20k", "conv64", "attention4x8"]


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)} failed with code {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help="without any: " + ", ".join(WORKLOADS))
    parser.add_argument("--unroll", default=UNROLL, help="command that runs unroll")
    parser.add_argument("--peer", default=os.path.join(HERE, "torch_peer.py"), help="script with the options of torch_peer.py; a .cs file is run by dotnet")
    parser.add_argument("--python", default=sys.executable, help="interpreter of the peer")
    parser.add_argument("--threads", type=int, default=1, help="threads of the peer, beside one")
    parser.add_argument("--unroll-threads", type=int, default=1)
    parser.add_argument("--data", default="auto", help="tokens of unroll bench; those of the peer are random, its time does not depend on them")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=30, help="timed steps of the peer in a round")
    parser.add_argument("--out", default=".", help="folder for the two files")
    args = parser.parse_args()
    names = args.workloads or WORKLOADS
    if unknown := set(names) - set(WORKLOADS):
        parser.error(f"unknown workloads: {', '.join(sorted(unknown))}")
    os.makedirs(args.out, exist_ok=True)

    runs_peer = ["dotnet", "run", "-c", "Release", args.peer, "--"] if args.peer.endswith(".cs") else [args.python, args.peer]
    ours = {name: [] for name in names}
    theirs = {name: {threads: [] for threads in {1, args.threads}} for name in names}
    machine = tokens = peer = None
    for round_number in range(1, args.rounds + 1):
        for name in names:
            report = run([*shlex.split(args.unroll), "bench", name, "--rounds", "1", "--threads", str(args.unroll_threads),
                          "--data", args.data, "--json", "-"])
            machine, tokens = report["machine"], report["data"]
            ours[name].append(next(each["ms_per_step"] for each in report["workloads"] if each["workload"] == name))
            for threads, times in theirs[name].items():
                peer = run([*runs_peer, name, "--threads", str(threads), "--steps", str(args.steps)])
                times.append(peer["ms_per_step"])
            print(f"round {round_number} of {args.rounds}: {name} {ours[name][-1]:.3f} ms, peer {min(times[-1] for times in theirs[name].values()):.3f} ms",
                  file=sys.stderr)

    rows = []
    for name in names:
        threads, times = min(theirs[name].items(), key=lambda item: statistics.median(item[1]))
        ratios = [b / a for a, b in zip(ours[name], times)]
        rows.append(dict(workload=name, ms_per_step=statistics.median(ours[name]), peer_ms_per_step=statistics.median(times), peer_threads=threads,
                         ratio=statistics.median(ratios), smallest_ratio=min(ratios), largest_ratio=max(ratios),
                         rounds=ours[name], peer_rounds=times))

    command = shlex.join(["python3", "bench/peers/compare.py", *sys.argv[1:]])
    peer_name = f"torch {peer['torch']}" if "torch" in peer else os.path.basename(args.peer)
    report = dict(machine=machine, peer=peer_name, threads=args.unroll_threads, tokens=tokens, rounds=args.rounds, command=command, workloads=rows)
    with open(os.path.join(args.out, "comparison.json"), "w", encoding="utf-8") as file:
        json.dump(report, file, indent=2)
        file.write("\n")

    lines = [
        f"# Unroll beside {peer_name}", "",
        f"{machine['cpu']}, {machine['cores']} cores, {machine['runtime']}, Unroll {machine['version']}; Unroll on {args.unroll_threads} thread(s) and {tokens} tokens, the peer on its better of "
        f"{' or '.join(str(threads) for threads in sorted({1, args.threads}))}; medians of {args.rounds} interleaved rounds.", "",
        f"| workload | Unroll, ms/step | {peer_name}, ms/step | its threads | times faster | range over rounds |", "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [f"| {row['workload']} | {row['ms_per_step']:.4g} | {row['peer_ms_per_step']:.4g} | {row['peer_threads']} | {row['ratio']:.1f} | "
              f"{row['smallest_ratio']:.1f} – {row['largest_ratio']:.1f} |" for row in rows]
    lines += ["", f"Made by `{command}`.", ""]
    with open(os.path.join(args.out, "comparison.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
