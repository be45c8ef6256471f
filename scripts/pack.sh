#!/usr/bin/env bash
# Packs what is released: the library, its models, the .NET tool for every platform, and the command for this platform
# as one compiled program that needs no .NET (which wants a C compiler here).
#
#   scripts/pack.sh [--host] [FOLDER]   where to; artifacts/ by default
#
# --host packs the tool for this platform alone: to try it here.
set -euo pipefail
root=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"

rid=$(runtime_id)
platforms=all
if [[ ${1:-} == --host ]]; then
  platforms=$rid
  shift
fi

mkdir -p "${1:-$root/artifacts}" "$root/.build"
out=$(cd "${1:-$root/artifacts}" && pwd)
# Without what judges the sources: that is ./test's work.
common=(-c Release -p:RunAnalyzers=false --artifacts-path "$root/.build/pack" --disable-build-servers -v quiet)
files=(-p:WithModels=true -p:DebugType=none -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false)

run_logged pack.log "packing the library" dotnet pack "$root/src/Revisage" "${common[@]}" -o "$out"
run_logged pack.log "packing its models" dotnet pack "$root/src/Revisage.Models" "${common[@]}" -o "$out"
run_logged pack.log "packing the .NET tool" dotnet pack "$root/src/Revisage.Cli" "${common[@]}" "${files[@]}" -p:ToolPlatforms="$platforms" -o "$out"

# The program below lib/, and what starts it beside: memory in huge pages is something that a process cannot ask for itself.
program=$root/.build/pack/revisage-$rid
rm -rf "$program"
run_logged pack.log "compiling the program for $rid" dotnet publish "$root/src/Revisage.Cli" "${common[@]}" "${files[@]}" -o "$program/lib" \
  -r "$rid" -p:PublishAot=true -p:CopyOutputSymbolsToPublishDirectory=false
mv "$program/lib/Revisage.Cli" "$program/lib/revisage"
mv "$program/lib/LICENSE" "$program/lib/THIRD-PARTY-NOTICES.txt" "$program/lib/licences" "$program"
install -m 755 "$root/scripts/program.sh" "$program/revisage"
run_logged pack.log "packing it" tar -C "$root/.build/pack" -czf "$out/revisage-$rid.tar.gz" "revisage-$rid"
