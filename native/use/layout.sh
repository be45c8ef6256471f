#!/usr/bin/env bash
# Lays out the native libraries of the use tier as NuGet names them, in .build/native/use/runtimes/<rid>/native.
#
#   layout.sh host   ONNX Runtime for this machine: what a checkout needs (libvips comes from the system)
#   layout.sh all    ONNX Runtime and libvips for every platform that the package serves
#
# The packages are those of package-lock.json, checked against its hashes. When they are laid out already,
# nothing is done.
set -euo pipefail

what=${1:-host}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
target=$root/.build/native/use

host_rid() {
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64) echo linux-x64 ;;
        Linux-aarch64) echo linux-arm64 ;;
        Darwin-arm64) echo osx-arm64 ;;
        MINGW*-x86_64 | MSYS*-x86_64) echo win-x64 ;;
        *)
            echo "ONNX Runtime has no library for $(uname -s) on $(uname -m): Revisage runs on Linux x64 and arm64, Windows x64 and macOS arm64." >&2
            exit 3
            ;;
    esac
}

case $what in
    host) rids=$(host_rid) omit=--omit=dev ;;
    all) rids="linux-x64 linux-arm64 win-x64 osx-arm64" omit= ;;
    *)
        echo "usage: $0 [host|all]" >&2
        exit 2
        ;;
esac

mkdir -p "$target"
# Two first starts at once must not lay out over each other.
if command -v flock >/dev/null; then
    exec 9>"$target/.lock"
    flock 9
fi

pinned=$(cat "$here/package-lock.json" "$here/layout.sh" | cksum)
is_laid_out() { [ "$(cat "$target/runtimes/.$1" 2>/dev/null)" = "$pinned" ]; }
if is_laid_out all || is_laid_out "$what"; then
    exit 0
fi

if ! command -v npm >/dev/null; then
    echo "npm is missing, which fetches ONNX Runtime. Install it with 'apt-get install npm' or from https://nodejs.org." >&2
    exit 3
fi

rm -rf "$target"/.work-*
work=$(mktemp -d "$target/.work-XXXXXX")
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$work"
echo "Fetching the native libraries ($what) ..." >&2
# --force: npm refuses packages made for other platforms, which are wanted here.
(cd "$work" && npm ci $omit --force --ignore-scripts --no-audit --no-fund --loglevel=error >&2)

packages=$work/node_modules
ort=$packages/onnxruntime-node/bin/napi-v6
img=$packages/@img
for rid in $rids; do
    native=$work/runtimes/$rid/native
    mkdir -p "$native"
    case $rid in
        linux-x64) cp "$ort/linux/x64/libonnxruntime.so.1" "$native" ;;
        linux-arm64) cp "$ort/linux/arm64/libonnxruntime.so.1" "$native" ;;
        win-x64) cp "$ort/win32/x64/onnxruntime.dll" "$native" ;;
        osx-arm64) cp "$ort/darwin/arm64/libonnxruntime.1.dylib" "$native" ;;
    esac
    # npm's libvips holds the C functions and GLib in one file, which takes the names that systems give libvips.
    [ "$what" = host ] || case $rid in
        linux-x64 | linux-arm64) cp "$img/sharp-libvips-$rid/lib"/libvips-cpp.so.* "$native/libvips.so.42" ;;
        win-x64) cp "$img/sharp-win32-x64/lib/libvips-42.dll" "$native" ;;
        osx-arm64) cp "$img/sharp-libvips-darwin-arm64/lib"/libvips-cpp.*.dylib "$native/libvips.42.dylib" ;;
    esac
done

echo "$pinned" >"$work/runtimes/.$what"
if [ -e "$target/runtimes" ]; then
    mv "$target/runtimes" "$work/replaced"
fi
mv "$work/runtimes" "$target/runtimes"
