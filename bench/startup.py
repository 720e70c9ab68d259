#!/usr/bin/env python3
"""Measures how long fresh processes take: `unroll --help`, and `unroll train` up to its first step. Writes startup.md and startup.json.

    startup.py [--unroll COMMAND] [--runs N] [--out DIR]

Real IMDB has to be there (UNROLL_DATA_DIR or the cache). The first training run fills the cache of prepared data and is
shown apart. Build first: dotnet build -c Release src/Unroll.Cli
"""
import argparse
import json
import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
UNROLL = "dotnet " + shlex.quote(os.path.join(HERE, "../src/Unroll.Cli/bin/Release/net10.0/Unroll.Cli.dll"))
LINE = re.compile(r"timing: (.+) after ([0-9.]+) s")


def wall(command, env=None):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    return time.perf_counter() - start


def stages(command, env):
    done = subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=env)
    return {stage: float(seconds) for stage, seconds in LINE.findall(done.stderr)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unroll", default=UNROLL, help="command that runs unroll")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--out", default=".", help="folder for the two files")
    args = parser.parse_args()
    unroll = shlex.split(args.unroll)
    train = [*unroll, "train", "--dataset", "imdb", "--epochs", "1", "--verbose", "0", "--timings"]
    os.makedirs(args.out, exist_ok=True)

    with tempfile.TemporaryDirectory() as cache:
        env = dict(os.environ, UNROLL_CACHE_DIR=cache) if "UNROLL_DATA_DIR" in os.environ else dict(os.environ)
        first = stages(train, env)
        help_times, train_times = [], []
        for _ in range(args.runs):
            help_times.append(wall([*unroll, "--help"]))
            train_times.append(stages(train, env))

    rows = [("`unroll --help`, whole process", None, help_times)]
    rows += [(f"`unroll train`, main to: {stage}", first[stage], [each[stage] for each in train_times]) for stage in first]
    command = shlex.join(["python3", "bench/startup.py", *sys.argv[1:]])
    report = dict(command=command, unroll=args.unroll.replace(os.path.join(HERE, "../"), ""), runs=args.runs, rows=[
        dict(what=what, first_seconds=cold, median_seconds=statistics.median(times), min_seconds=min(times), max_seconds=max(times)) for what, cold, times in rows])
    with open(os.path.join(args.out, "startup.json"), "w", encoding="utf-8") as file:
        json.dump(report, file, indent=2)
        file.write("\n")
    lines = ["# Start of a fresh process", "", f"{args.runs} runs; seconds. First: before the data set was prepared in the cache.", "",
             "| what | median | fastest | slowest | first |", "|---|---:|---:|---:|---:|"]
    lines += [f"| {what} | {statistics.median(times):.3f} | {min(times):.3f} | {max(times):.3f} | {'' if cold is None else f'{cold:.3f}'} |" for what, cold, times in rows]
    lines += ["", f"Made by `{command}`.", ""]
    with open(os.path.join(args.out, "startup.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
