#!/usr/bin/env python3
"""Measures natively compiled commands beside the just-in-time compiled one: the start, a step of training, the size. Writes native.md and native.json.

    native.py NAME=PROGRAM... [--unroll COMMAND] [--rounds N] [--workloads W...] [--out DIR]

Programs take turns, round by round, so that a machine that is busy for a while is so for all; figures are medians. Build and publish first:

    dotnet build -c Release src/Unroll.Cli
    dotnet publish src/Unroll.Cli -c Release -r linux-x64 -p:PublishAot=true -p:IlcInstructionSet=x86-64-v4 -o artifacts/native-v4
    python3 bench/native.py x86-64-v4=artifacts/native-v4/Unroll.Cli

A program may have arguments: "just in time, 256 bits=env DOTNET_EnableAVX512=0 src/Unroll.Cli/bin/Release/net10.0/Unroll.Cli".
"""
import argparse
import json
import os
import shlex
import statistics
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
UNROLL = os.path.join(HERE, "../src/Unroll.Cli/bin/Release/net10.0/Unroll.Cli")
JIT = "just in time"


def start(command):
    began = time.perf_counter()
    subprocess.run([*command, "--help"], check=True, stdout=subprocess.DEVNULL)
    return 1000 * (time.perf_counter() - began)


def bench(command, workloads):
    done = subprocess.run([*command, "bench", *workloads, "--rounds", "3", "--data", "random", "--json", "-"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    report = json.loads(done.stdout)
    return report["machine"], {each["workload"]: each["ms_per_step"] for each in report["workloads"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="+", metavar="NAME=PROGRAM", help="natively compiled programs")
    parser.add_argument("--unroll", default=UNROLL, help="command that runs the just-in-time compiled one")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--starts", type=int, default=20)
    parser.add_argument("--workloads", nargs="+", default=["lstm8", "lstm32", "lstm128"])
    parser.add_argument("--out", default=".", help="folder for the two files")
    args = parser.parse_args()
    commands = {JIT: shlex.split(args.unroll)} | {name: shlex.split(program) for name, program in (each.split("=", 1) for each in args.programs)}
    starts = {name: [] for name in commands}
    steps = {name: {workload: [] for workload in args.workloads} for name in commands}
    machines = {}

    for command in commands.values():
        start(command)
    for _ in range(args.starts):
        for name, command in commands.items():
            starts[name].append(start(command))
    for _ in range(args.rounds):
        for name, command in commands.items():
            machines[name], times = bench(command, args.workloads)
            for workload, milliseconds in times.items():
                steps[name][workload].append(milliseconds)

    rows = [dict(program=name, vector_bits=machines[name]["vector_bits"],
                 megabytes=None if name.startswith(JIT) else round(os.path.getsize(command[0]) / 1e6, 1),
                 start_ms=statistics.median(starts[name]), starts_ms=starts[name],
                 ms_per_step={workload: statistics.median(times) for workload, times in steps[name].items()}, ms_per_step_rounds=steps[name])
            for name, command in commands.items()]
    machine = machines[JIT]
    date = time.strftime("%Y-%m-%d", time.gmtime())
    command = "python3 bench/native.py " + " ".join(shlex.quote(f"{each.split('=', 1)[0]}=…") for each in args.programs)
    os.makedirs(args.out, exist_ok=True)
    with open(os.path.join(args.out, "native.json"), "w", encoding="utf-8") as file:
        json.dump(dict(command=command, date=date, machine=machine, rounds=args.rounds, rows=rows), file, indent=2)
        file.write("\n")

    reference = rows[0]["ms_per_step"]
    lines = ["# Native compilation", "", f"{machine['cpu']}, {machine['cores']} cores, {machine['runtime']}, {date}. One thread, random tokens, medians of {args.rounds} rounds "
             f"in which the programs take turns; starts: medians of {args.starts}. Behind a step: times the just-in-time compiled program.", "",
             "| program | vectors | size | `unroll --help` | " + " | ".join(f"{workload}, ms a step" for workload in args.workloads) + " |",
             "|---|---:|---:|---:|" + "---:|" * len(args.workloads)]
    for row in rows:
        size = "" if row["megabytes"] is None else f"{row['megabytes']:.1f} MB"
        each = [f"{row['ms_per_step'][workload]:.4g} ({row['ms_per_step'][workload] / reference[workload]:.2f})" for workload in args.workloads]
        lines.append(f"| {row['program']} | {row['vector_bits']} bits | {size} | {row['start_ms']:.0f} ms | " + " | ".join(each) + " |")
    lines += ["", f"Made by `{command}`.", ""]
    with open(os.path.join(args.out, "native.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
