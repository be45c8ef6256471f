#!/usr/bin/env bash
# One face of 16 pixels from start to file: by the compiled program and the checkout's command, beside what Python takes to
# import PyTorch and NumPy, which compute nothing yet.
#   benchmarks/start.sh [ROUNDS] [RUNS] [PROGRAM]
# Each round is one run of hyperfine over all of them. Other work on the machine shifts the times, so what counts are the ratios.
# Needs hyperfine, time, python3-torch and python3-numpy. Without PROGRAM it is that of scripts/pack.sh, packed if there is none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD rounds=${1:-3} runs=${2:-10}
# shellcheck source=../scripts/setup.sh
source scripts/setup.sh

for needed in hyperfine /usr/bin/time; do
  need_command "$needed" "apt-get install hyperfine time python3-torch python3-numpy"
done
/usr/bin/python3 -c 'import torch, numpy' 2>/dev/null || missing "PyTorch or NumPy is missing: apt-get install python3-torch python3-numpy"

program=${3:-$root/.build/pack/revisage-$(runtime_id)/revisage}
[[ -x $program ]] || scripts/pack.sh --host "$root/.build/packages"
./revisage --version >/dev/null

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Where models are kept as they were optimised: a folder that the commands share, and that is emptied for a first use.
export REVISAGE_CACHE=$work/cache

face="upscale samples/faces/face-01.png -o $work/face.png -m"
names=("program, edsr" "program, edsr-int8" "checkout, edsr" "checkout, edsr-int8"
  "program, edsr, first use" "program, edsr-int8, first use" "import torch" "import numpy")
commands=("$program $face edsr" "$program $face edsr-int8" "./revisage $face edsr" "./revisage $face edsr-int8"
  "$program $face edsr" "$program $face edsr-int8" "/usr/bin/python3 -c 'import torch'" "/usr/bin/python3 -c 'import numpy'")

options=()
for i in "${!names[@]}"; do
  prepare=true
  [[ ${names[i]} == *"first use" ]] && prepare="rm -rf $REVISAGE_CACHE"
  options+=(--prepare "$prepare" --command-name "${names[i]}" "${commands[i]}")
done
for ((round = 1; round <= rounds; round++)); do
  hyperfine --shell none --warmup 2 --runs "$runs" --style none --export-json "$work/$round.json" "${options[@]}" 2>/dev/null
done

# The largest resident set and the faults of one more start each, with the model kept but for first uses.
for i in "${!names[@]}"; do
  if [[ ${names[i]} == *"first use" ]]; then rm -rf "$REVISAGE_CACHE"; else eval "${commands[i]}" >/dev/null 2>&1; fi
  eval "/usr/bin/time -f '%M %R %F' -o $work/memory ${commands[i]}" >/dev/null 2>&1
  tail -n 1 "$work/memory" >>"$work/memories"
done

/usr/bin/python3 - "$work" "$rounds" <<'PYTHON'
import json, statistics, sys
work, rounds = sys.argv[1], int(sys.argv[2])
results = {}
for number in range(1, rounds + 1):
    for result in json.load(open(f"{work}/{number}.json"))["results"]:
        name = result["command"]
        times, processor = results.setdefault(name, ([], []))
        times += result["times"]
        processor.append(result["user"] + result["system"])
memories = [line.split() for line in open(f"{work}/memories")]
torch = results["import torch"]
print(f"{'':32}{'median':>9}{'least':>9}{'processor':>11}{'of torch: median':>18}{'least':>7}{'processor':>11}{'MB':>6}{'faults':>8}{'from disk':>11}")
for (name, (times, processor)), (kilobytes, minor, major) in zip(results.items(), memories):
    middle, least, busy = statistics.median(times), min(times), statistics.mean(processor)
    print(f"{name:32}{middle * 1e3:6.0f} ms{least * 1e3:6.0f} ms{busy * 1e3:8.0f} ms{middle / statistics.median(torch[0]):18.3f}"
          f"{least / min(torch[0]):7.3f}{busy / statistics.mean(torch[1]):11.3f}{int(kilobytes) / 1024:6.0f}{int(minor):8,}{int(major):11,}")
PYTHON
