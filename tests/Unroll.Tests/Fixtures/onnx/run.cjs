// Runs models in ONNX Runtime: node run.cjs <jobs.json> <results.json>
const fs = require('fs');
const ort = require('onnxruntime-node');

const [, , jobsFile, resultsFile] = process.argv;

async function runAll(job) {
  const session = await ort.InferenceSession.create(job.model, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const runs = [];
  for (const run of job.runs) {
    const feeds = {};
    run.inputs.forEach((input, i) => {
      feeds[session.inputNames[i]] = input.ids ? new ort.Tensor('int32', Int32Array.from(input.ids), input.shape)
        : new ort.Tensor('float32', Float32Array.from(input.values), input.shape);
    });
    const outputs = await session.run(feeds);
    runs.push(session.outputNames.map(name => outputs[name]).map(output =>
      ({ shape: output.dims, values: Array.from(output.data, value => Number.isFinite(value) ? value : String(value)) })));
  }
  return { input: session.inputNames, output: session.outputNames, runs };
}

(async () => {
  const results = {};
  for (const job of JSON.parse(fs.readFileSync(jobsFile, 'utf8'))) {
    try {
      results[job.name] = await runAll(job);
    } catch (error) {
      results[job.name] = { error: String(error) };
    }
  }
  fs.writeFileSync(resultsFile, JSON.stringify(results));
})();
