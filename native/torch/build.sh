#!/usr/bin/env bash
# Builds librevisage_torch.so against Debian's libtorch-dev, or against the LibTorch that LIBTORCH names (a
# folder with include/ and lib/, such as the torch package of a Python installation), into .build/native/torch.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here/../../.build/native/torch}

if [ -n "${LIBTORCH:-}" ]; then
    [ -e "$LIBTORCH/lib/libtorch.so" ] || { echo "LIBTORCH is '$LIBTORCH', but there is no lib/libtorch.so below it." >&2; exit 3; }
    includes=(-isystem "$LIBTORCH/include" -isystem "$LIBTORCH/include/torch/csrc/api/include")
    lib=$LIBTORCH/lib
    major=$(sed -n 's/^#define TORCH_VERSION_MAJOR \([0-9]*\).*/\1/p' "$LIBTORCH/include/torch/csrc/api/include/torch/version.h" 2> /dev/null || true)
    if [ "${major:-0}" -ge 2 ]; then
        echo "Warning: LIBTORCH is '$LIBTORCH', LibTorch $major. On some processors its convolutions read memory that nothing was written to, so that a run ends in NaN (docs/decisions/0003-*.md). Prefer Debian's 1.13, or run the tests named PoisonedHeap first." >&2
    fi
else
    includes=(-isystem /usr/include/torch/csrc/api/include)
    lib=/usr/lib/$(gcc -print-multiarch)
    [ -e "$lib/libtorch.so" ] || { echo "LibTorch is missing: apt-get install libtorch-dev libopenblas0-pthread, or set LIBTORCH." >&2; exit 3; }
fi

# The bridge must speak the C++ ABI that the library was built with.
# (grep reads to the end: with -q it would close the pipe under nm, which pipefail counts as "not found".)
if nm -DC "$lib/libc10.so" | grep '__cxx11::basic_string' > /dev/null; then abi=1; else abi=0; fi
libraries=(-ltorch -ltorch_cpu -lc10)
if [ -e "$lib/libtorch_cuda.so" ]; then libraries=(-Wl,--no-as-needed -ltorch_cuda "${libraries[@]}"); fi

mkdir -p "$out"
building=$(mktemp "$out/building.XXXXXX")
trap 'rm -f "$building"' EXIT
compile() {
    "${CXX:-g++}" -std="$1" -O2 -fopenmp -fPIC -shared -fvisibility=hidden -w -D_GLIBCXX_USE_CXX11_ABI=$abi \
        "${includes[@]}" "$here"/*.cpp -o "$building" \
        -L"$lib" -Wl,-rpath,"$lib" "${libraries[@]}"
}
# Headers of later versions ask for a later language.
compile c++17 2> "$out/build.log" || compile c++20 2> "$out/build.log" || { cat "$out/build.log" >&2; exit 1; }
rm -f "$out/build.log"
chmod 755 "$building"
mv "$building" "$out/librevisage_torch.so"
