using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Unroll.Benchmarks;

// accuracy: errors of the activations over all floats; all else goes to BenchmarkDotNet.
if (args is ["accuracy", ..]) return Accuracy.Run(args[1..], Console.Out);

// In this process: a project of BenchmarkDotNet's own would be built under this repository's rules and sees no internals.
IConfig config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(Accuracy).Assembly).Run(args, config);
return 0;
