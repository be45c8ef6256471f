# What each part is built from, and whether what is built is of these sources. Sourced; needs $root. Bash 3.2 suffices.
# shellcheck shell=bash

use_sources=(Directory.Build.props Directory.Build.targets Directory.Packages.props global.json revisage scripts src/Revisage src/Revisage.Cli)

# The parts: the programs for using, for making training sets and for learning, and the bridges to LibTorch and to dlib.
sources_of() {
  case $1 in
    use) sources=("${use_sources[@]}") ;;
    data) sources=("${use_sources[@]}" src/Revisage.Data src/Revisage.Data.Cli) ;;
    learn) sources=("${use_sources[@]}" src/Revisage.Data src/Revisage.Torch src/Revisage.Training src/Revisage.Training.Cli) ;;
    torch) sources=(native/torch) ;;
    faces) sources=(native/dlib) ;;
  esac
}

# The file that stands for a part being there.
product_of() {
  case $1 in
    use) product=$root/.build/use/Revisage.Cli ;;
    data) product=$root/.build/data/Revisage.Data.Cli ;;
    learn) product=$root/.build/learn/Revisage.Training.Cli ;;
    torch) product=$root/.build/native/torch/librevisage_torch.so ;;
    faces) product=$root/.build/native/dlib/librevisage_dlib.so ;;
  esac
}

# The name, size and time of every source of a part: an edit, a deletion and an older file put back all show.
list_sources() {
  local sources print=(-printf '%p %s %T@\n')
  sources_of "$1"
  [[ $OSTYPE == darwin* ]] && print=(-exec stat -f '%N %z %Fm' {} +)
  (cd "$root" && find "${sources[@]}" \( -name bin -o -name obj \) -prune -o -type f "${print[@]}" 2>/dev/null) || true
}

tier_is_current() {
  local product
  product_of "$1"
  [[ -e $product && -f $root/.build/$1.stamp && $(<"$root/.build/$1.stamp") == "$(list_sources "$1")" ]]
}
