#!/usr/bin/env bash
# The face detector beside dlib's and those of npm's @vladmandic/face-api, one after the other on the same photographs: recall and precision
# by size at one threshold, average precision, milliseconds a megapixel (the median photograph).
# Needs ./test to have built the bridge to dlib, and node; face-api is installed into benchmarks/detection/node_modules.
#   benchmarks/detection.sh DETECTION PRESS [MODEL]
# DETECTION is a folder with images/, boxes.csv and ignore.csv, of which the last 150 by name are looked at; PRESS one of photographs whose
# faces tests/fixtures/detection/press.csv has. MODEL is the shipped detector unless another is named.
set -euo pipefail
detection=$(realpath "$1") press=$(realpath "$2") model=${3:-face-detector}
[[ -e $model ]] && model=$(realpath "$model")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packages=benchmarks/detection
[[ -d $packages/node_modules ]] || npm install --prefix "$packages" --no-package-lock --no-audit --no-fund >&2
dotnet build -c Release -v quiet --nologo benchmarks/Revisage.Benchmarks >/dev/null
ours() { dotnet benchmarks/Revisage.Benchmarks/bin/Release/net10.0/Revisage.Benchmarks.dll "$@"; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/press"
ln -s "$press" "$work/press/images"
cp tests/fixtures/detection/press.csv "$work/press/boxes.csv"
cp tests/fixtures/detection/press-ignore.csv "$work/press/ignore.csv"
find "$detection/images" -type f | LC_ALL=C sort | tail -n 150 >"$work/detection.txt"
# Those with a box; what else the folder holds is no photograph.
cut -d, -f1 "$work/press/boxes.csv" | tail -n +2 | LC_ALL=C sort -u | sed "s|^|$press/|" >"$work/press.txt"

for set in detection press; do
    folder=$detection
    [[ $set == press ]] && folder=$work/press
    finds=$work/$set.finds
    mkdir "$finds"
    ours find "$model" "$work/$set.txt" >"$finds/revisage.tsv"
    ours find dlib "$work/$set.txt" >"$finds/dlib.tsv"
    ours find dlib:1 "$work/$set.txt" >"$finds/dlib, doubled.tsv"
    for kind in tiny ssd; do
        xargs -d '\n' node "$packages/face-api.js" "$packages" "$kind" <"$work/$set.txt" >"$finds/face-api $kind.tsv"
    done

    printf '\n%s, %d photographs:\n\n' "$set" "$(wc -l <"$work/$set.txt")"
    ours compare "$folder" "$finds/revisage.tsv" "$finds/dlib.tsv" "$finds/dlib, doubled.tsv" "$finds/face-api tiny.tsv" "$finds/face-api ssd.tsv"
done
