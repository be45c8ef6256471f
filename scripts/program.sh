#!/bin/sh
# Starts the program in lib/, with a network's memory in huge pages, which are faulted in at a fraction of the cost.
self=$0
while [ -L "$self" ]; do
  link=$(readlink -- "$self")
  case $link in
    /*) self=$link ;;
    *) self=${self%/*}/$link ;;
  esac
done
GLIBC_TUNABLES="${GLIBC_TUNABLES:+$GLIBC_TUNABLES:}glibc.malloc.hugetlb=1"
export GLIBC_TUNABLES
exec "${self%/*}/lib/revisage" "$@"
