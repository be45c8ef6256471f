# Builds a part, and installs what learning needs. Sourced by ./revisage and ./test; needs $root and tiers.sh.
# shellcheck shell=bash

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { printf 'revisage: %s\n' "$*" >&2; }

# Something needed is missing: exit code 3, as the command itself has it.
missing() {
  say "$*"
  exit 3
}

runtime_id() {
  local os=linux cpu=x64
  [[ $(uname -s) == Darwin ]] && os=osx
  case $(uname -m) in arm64 | aarch64) cpu=arm64 ;; esac
  printf '%s-%s\n' "$os" "$cpu"
}

# run_logged LOG WHAT COMMAND...: shows the command's output only if it fails.
run_logged() {
  local log=$root/.build/$1 what=$2 code=0
  shift 2
  say "$what ..."
  # Not the lock: what a build leaves running would hold it.
  "$@" >"$log" 2>&1 9>&- || code=$?
  if ((code != 0)); then
    tail -n 40 "$log" >&2
    say "$what failed (exit code $code); all of its output is in $log"
    return "$code"
  fi
}

# install_packages WHY PACKAGE...: by apt, those that are not there.
install_packages() {
  local why=$1 package absent=() sudo=()
  shift
  command -v dpkg-query >/dev/null || missing "this is no Debian or Ubuntu: install what corresponds to '$*' ($why), then 'revisage doctor' checks it"
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || absent+=("$package")
  done
  ((${#absent[@]})) || return 0

  local command="apt-get install -y --no-install-recommends ${absent[*]}"
  if ((EUID != 0)); then
    command -v sudo >/dev/null || missing "$why wants root, and there is no sudo. Run as root: $command"
    sudo=(sudo)
  fi

  local as=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive)
  # Package lists may be absent or stale: the second attempt has fresh ones.
  run_logged apt.log "$why: ${sudo[*]:+sudo }$command" "${as[@]}" $command && return 0
  run_logged apt.log "refreshing apt's package lists" "${as[@]}" apt-get update &&
    run_logged apt.log "$why, again" "${as[@]}" $command ||
    missing "$why did not succeed. Run as root: apt-get update && $command"
}

need_command() {
  command -v "$1" >/dev/null || missing "'$1' is not installed. $2"
}

install_torch() {
  install_packages "installing LibTorch, OpenBLAS and a C++ compiler, which training needs" \
    libtorch-dev libopenblas0-pthread g++
  run_logged torch.log "building the bridge to LibTorch" "$root/native/torch/build.sh" ||
    missing "the bridge to LibTorch did not compile"
  grep '^Warning: ' "$root/.build/torch.log" >&2 || true
}

install_faces() {
  install_packages "installing dlib, its landmark model and a C++ compiler, which preparing photographs needs" \
    libdlib-dev libdlib-data g++
  run_logged dlib.log "building the bridge to dlib" "$root/native/dlib/build.sh" ||
    missing "the bridge to dlib did not compile"
}

# publish PROJECT FOLDER: into a new folder, which takes the place of the old once the program in it was started, so
# that a revisage which is still running keeps its files.
publish() {
  local project=$1 folder=$root/.build/$2 building=$root/.build/building
  need_command dotnet "Install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0"
  rm -rf "$folder.new" "$folder.old"
  # A build that was killed leaves halves behind, which the next would take for whole.
  [[ -e $building ]] && rm -rf "$root/.build/artifacts"
  : >"$building"
  build_program "$project" "$folder.new" "$2.log" || missing "$project did not build"
  if ! "$folder.new/$project" --version >/dev/null 2>&1; then
    rm -rf "$root/.build/artifacts" "$folder.new"
    build_program "$project" "$folder.new" "$2.log" || missing "$project did not build"
    "$folder.new/$project" --version >>"$root/.build/$2.log" 2>&1 || missing "$project was built, but does not start; what it says is in $root/.build/$2.log"
  fi
  rm -f "$building" "$root/.build/$2.stamp"
  if [[ -d $folder ]]; then mv "$folder" "$folder.old"; fi
  mv "$folder.new" "$folder"
  rm -rf "$folder.old"
}

# Without what judges the sources: that is ./test's work.
build_program() {
  run_logged "$3" "building $1 (once; again when its sources change)" \
    dotnet publish "$root/src/$1" -c Release -r "$(runtime_id)" --self-contained false -p:PublishReadyToRun=true \
    -p:RunAnalyzers=false -p:GenerateDocumentationFile=false \
    --artifacts-path "$root/.build/artifacts" -o "$2" --disable-build-servers -v quiet
}

# Held until the subshell that took it ends, however it ends.
take_lock() {
  exec 9>"$root/.build/lock"
  lock_file -n && return
  say "waiting for another start to finish building"
  lock_file
}

# macOS has no flock, but Perl, which locks the same open file.
lock_file() {
  if command -v flock >/dev/null; then
    flock "$@" 9
  elif command -v perl >/dev/null; then
    perl -e 'open(LOCK, ">&=", 9) and flock(LOCK, @ARGV ? 6 : 2) or exit 1' -- "$@"
  fi
}

# prepare_tier use|data|learn|torch|faces: installs and builds; of two at once the second waits and finds the work done.
prepare_tier() (
  set -euo pipefail
  mkdir -p "$root/.build"
  take_lock
  tier_is_current "$1" && exit 0
  # Listed before the build, so that an edit during it counts as one after it.
  listed=$(list_sources "$1")
  case $1 in
    use) publish Revisage.Cli use ;;
    data) publish Revisage.Data.Cli data ;;
    learn) publish Revisage.Training.Cli learn ;;
    *) "install_$1" ;;
  esac

  printf '%s\n' "$listed" >"$root/.build/$1.stamp.new"
  mv "$root/.build/$1.stamp.new" "$root/.build/$1.stamp"
)
