#!/usr/bin/env bash
# Requests per second and their times, Unroll beside ONNX Runtime in the same kind of app, in turns; then many requests, with the file
# replaced every second, and the memory meanwhile. Needs wrk. Usage: bench/serving/run.sh [rounds] [seconds] [requests]
set -euo pipefail
cd "$(dirname "$0")"
rounds=${1:-3} seconds=${2:-10} requests=${3:-1000000}
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
dotnet publish unroll -c Release -o "$work/unroll" >"$work/log" || { cat "$work/log"; exit 1; }
dotnet publish onnx -c Release -o "$work/onnx" >"$work/log" || { cat "$work/log"; exit 1; }
dotnet run -c Release make-model.cs -- "$work"
"$work/unroll/UnrollServing" --urls http://127.0.0.1:5081 --model "$work/m.keras" & unroll=$!
"$work/onnx/OnnxServing" --urls http://127.0.0.1:5082 --model "$work/m.keras" &
load() { wrk -t1 -c"$2" -d"$3s" -s "$work/review.lua" "http://127.0.0.1:$1/predict" | sed -n 's/^RESULT //p'; }
memory() { awk '/VmRSS/ { printf "%d MB", $2 / 1024 }' "/proc/$unroll/status"; }
for port in 5081 5082; do
  until curl -s -o "$work/answer-$port" "http://127.0.0.1:$port/predict" -H 'Content-Type: application/json' -d '{"text": "abao caao zzno aoao"}'; do sleep 0.2; done
  cat "$work/answer-$port"; echo
  load $port 8 5 >/dev/null
done
for connections in 1 8; do
  for round in $(seq "$rounds"); do
    echo "unroll connections $connections round $round (requests/s, p50 us, p99 us, requests, errors): $(load 5081 "$connections" "$seconds")"
    echo "onnx   connections $connections round $round (requests/s, p50 us, p99 us, requests, errors): $(load 5082 "$connections" "$seconds")"
  done
done
echo "many: memory at the start $(memory)"
sent=0 failed=0
while [ "$sent" -lt "$requests" ]; do
  read -r _ _ _ count errors < <(load 5081 16 15)
  sent=$((sent + count)) failed=$((failed + errors))
  echo "many: $sent requests, $failed errors, memory $(memory)"
done
(for _ in $(seq 30); do cp "$work/m.keras" "$work/next"; mv "$work/next" "$work/m.keras"; sleep 1; done) &
echo "reload under load: $(load 5081 16 30)"
curl -s http://127.0.0.1:5081/predict/metrics | grep -E 'reloads|requests_total'
echo "memory at the end $(memory)"
