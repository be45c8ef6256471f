#!/usr/bin/env bash
# Builds librevisage_dlib.so against Debian's libdlib-dev into .build/native/dlib.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here/../../.build/native/dlib}

[ -e /usr/include/dlib/image_processing/shape_predictor.h ] || { echo "dlib is missing: apt-get install libdlib-dev libdlib-data." >&2; exit 3; }

mkdir -p "$out"
building=$(mktemp "$out/building.XXXXXX")
trap 'rm -f "$building"' EXIT
"${CXX:-g++}" -std=c++14 -O3 -fPIC -shared -fvisibility=hidden -Wall "$here/bridge.cpp" -o "$building" -ldlib
chmod 755 "$building"
mv "$building" "$out/librevisage_dlib.so"
