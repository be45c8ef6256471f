#!/usr/bin/env bash
# Writes docs/help, which ./revisage shows for --help where nothing is built: run it after a change of the command line.
set -euo pipefail
root=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/tiers.sh
source "$root/scripts/tiers.sh"
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
prepare_tier learn
product_of learn

# help_of WORD...: without what differs between machines, the number of processors and the installed models.
help_of() {
  REVISAGE_MODELS=/nowhere "$product" "$@" --help | sed '/--threads/s/\[default: [0-9]*\]/[default: all]/'
}

commands_of() {
  help_of "$@" | awk '/^Commands:/ { listed = 1; next } /^[^ ]/ { listed = 0 } listed && /^  [a-z]/ { print $1 }'
}

rm -f "$root"/docs/help/*.txt
help_of >"$root/docs/help/revisage.txt"
for command in $(commands_of); do
  help_of "$command" >"$root/docs/help/$command.txt"
  for part in $(commands_of "$command"); do
    help_of "$command" "$part" >"$root/docs/help/$command-$part.txt"
  done
done
