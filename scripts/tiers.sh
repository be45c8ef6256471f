# What each tier is built from, and whether the build of a tier is that of the sources. Sourced; needs $root.
# shellcheck shell=bash

use_sources=(Directory.Build.props Directory.Packages.props global.json revisage scripts native/use src/Revisage src/Revisage.Cli)
learn_sources=("${use_sources[@]}" native/torch src/Revisage.Torch src/Revisage.Training src/Revisage.Training.Cli)
# What finds faces and landmarks for prepare alone: no program, only the bridge to dlib.
faces_sources=(native/dlib)

# The name, size and time of every source of a tier: an edit, a deletion and an older file put back all show.
list_sources() {
  local -n sources=$1_sources
  (cd "$root" && find "${sources[@]}" \( -name bin -o -name obj -o -name node_modules \) -prune -o -type f -printf '%p %s %T@\n' 2>/dev/null) || true
}

tier_is_current() {
  [[ -f $root/.build/$1.stamp && $(<"$root/.build/$1.stamp") == "$(list_sources "$1")" ]]
}
