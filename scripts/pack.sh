#!/usr/bin/env bash
# Packs what is released: the library and the .NET tool, with the native libraries of every platform, and the
# command for this platform as one program that needs no .NET.
#
#   scripts/pack.sh [--host] [FOLDER]   where to; artifacts/ by default
#
# --host packs only the tool and the program, with this platform's native libraries: to try them here.
set -euo pipefail
root=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"

rid=$(runtime_id)
platforms='*'
if [[ ${1:-} == --host ]]; then
  platforms=$rid
  shift
fi

mkdir -p "${1:-$root/artifacts}" "$root/.build"
out=$(cd "${1:-$root/artifacts}" && pwd)
common=(-c Release --artifacts-path "$root/.build/pack" -p:WithModels=true --disable-build-servers -v quiet)

run_logged layout.log "getting the native libraries of every platform" "$root/native/use/layout.sh" all
if [[ $platforms == '*' ]]; then
  run_logged pack.log "packing the library" dotnet pack "$root/src/Revisage" "${common[@]}" -o "$out"
fi

run_logged pack.log "packing the .NET tool" dotnet pack "$root/src/Revisage.Cli" "${common[@]}" -p:NativeRid="$platforms" -o "$out"

program=$root/.build/pack/revisage-$rid
rm -rf "$program"
# Composite would compile the framework again, for minutes, which comes compiled.
run_logged pack.log "publishing one program for $rid" dotnet publish "$root/src/Revisage.Cli" "${common[@]}" -o "$program" \
  -r "$rid" --self-contained true -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=false -p:NativeRid="$rid" \
  -p:DebugType=none -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false
mv "$program/Revisage.Cli" "$program/revisage"
run_logged pack.log "packing it" tar -C "$root/.build/pack" -czf "$out/revisage-$rid.tar.gz" "revisage-$rid"
