#!/usr/bin/env bash
# Training speed beside PyTorch's: the same generator, batch and update, the two run in turn, medians of the rounds.
# Needs ./test or ./revisage train to have built the bridge, and python3-torch. Nothing else should be running.
#   benchmarks/training-speed.sh [ROUNDS] [SECONDS] [RECIPE...]
# A recipe is one of recipes/, or a method for that one's defaults, and may be followed by settings: wnet.compact, wnet,network.channels=32.
# Without any it is EDSR's in both precisions.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-5} seconds=${2:-10}
recipes=("${@:3}")
((${#recipes[@]})) || recipes=(edsr,precision=bf16 edsr,precision=fp32)

/usr/bin/python3 -c 'import torch' 2>/dev/null || { echo "PyTorch is missing: apt-get install python3-torch" >&2; exit 3; }
dotnet build -c Release -v quiet --nologo benchmarks/Revisage.Benchmarks >/dev/null
ours() { dotnet benchmarks/Revisage.Benchmarks/bin/Release/net10.0/Revisage.Benchmarks.dll "$@"; }
median() { printf '%s\n' "$@" | sort -n | awk '{v[NR]=$1} END {print NR%2 ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }

description=$(mktemp)
trap 'rm -f "$description"' EXIT
for recipe in "${recipes[@]}"; do
    ours describe "$recipe" >"$description"
    precision=$(ours precision "$recipe")
    mine=() theirs=()
    for ((i = 0; i < rounds; i++)); do
        mine+=("$(ours training "$recipe" "$seconds")")
        theirs+=("$(/usr/bin/python3 benchmarks/training_step.py "$description" "$seconds")")
    done
    awk -v r="$recipe" -v p="$precision" -v a="$(median "${mine[@]}")" -v b="$(median "${theirs[@]}")" -v cost="$(ours cost "$recipe")" -v peak="$(ours peak "$precision")" 'BEGIN {
        printf "%s (%s): %.1f images/s, PyTorch %.1f, ratio %.2f; %.0f GFLOP/s, %.0f %% of the %.0f that this machine was measured to reach\n",
            r, p, a, b, a / b, a * cost, 100 * a * cost / peak, peak }'
    printf '  rounds: revisage %s; PyTorch %s\n' "${mine[*]}" "${theirs[*]}"
done
