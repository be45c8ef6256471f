# Installs what a tier needs and builds it. Sourced by ./revisage and ./test; needs $root and tiers.sh.
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

install_use() {
  need_command dotnet "Install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0"
  install_packages "installing libvips, which reads and writes pictures" libvips42
  run_logged onnxruntime.log "getting ONNX Runtime, which runs the networks" "$root/native/use/layout.sh" host ||
    missing "without ONNX Runtime nothing can be enlarged; what is said above tells the way out"
}

install_learn() {
  install_packages "installing LibTorch, OpenBLAS and a C++ compiler, which training needs" \
    libtorch-dev libopenblas0-pthread g++
  run_logged torch.log "building the bridge to LibTorch" "$root/native/torch/build.sh" ||
    missing "the bridge to LibTorch did not compile"
}

install_faces() {
  install_packages "installing dlib, its landmark model and a C++ compiler, which preparing photographs needs" \
    libdlib-dev libdlib-data g++
  run_logged dlib.log "building the bridge to dlib" "$root/native/dlib/build.sh" ||
    missing "the bridge to dlib did not compile"
}

# publish PROJECT FOLDER: into a new folder that then takes the place of the old, so that a revisage which is
# still running from it keeps its files.
publish() {
  local folder=$root/.build/$2
  rm -rf "$folder.new" "$folder.old"
  run_logged "$2.log" "building $1 (once; again when its sources change)" \
    dotnet publish "$root/src/$1" -c Release -r "$(runtime_id)" --self-contained false -p:PublishReadyToRun=true -p:NativeRid=none \
    -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false \
    --artifacts-path "$root/.build/artifacts" -o "$folder.new" --disable-build-servers -v quiet ||
    missing "$1 did not build"
  if [[ -d $folder ]]; then mv "$folder" "$folder.old"; fi
  mv "$folder.new" "$folder"
  rm -rf "$folder.old"
}

# prepare_tier use|learn|faces: installs and builds; of two at once the second waits and finds the work done.
prepare_tier() (
  set -euo pipefail
  mkdir -p "$root/.build"
  exec 9>"$root/.build/lock"
  if ! flock -n 9; then
    say "waiting for another start to finish building"
    flock 9
  fi

  tier_is_current "$1" && exit 0
  # Listed before the build, so that an edit during it counts as one after it.
  local sources
  sources=$(list_sources "$1")
  case $1 in
    use)
      install_use
      publish Revisage.Cli use
      ;;
    learn)
      install_use
      install_learn
      publish Revisage.Training.Cli learn
      ;;
    faces) install_faces ;;
  esac

  printf '%s\n' "$sources" >"$root/.build/$1.stamp.new"
  mv "$root/.build/$1.stamp.new" "$root/.build/$1.stamp"
)
