#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the GPU check out of a bundle in a bare root: a folder with glibc, libstdc++, libgcc_s, bash and a few tools, and
# nothing else of this machine, so that a library or data file that the bundle forgot is missed.
#
#   scripts/rehearse_bundle.sh [ARCHIVE] [OUTDIR]     as root; default out/bundle/groundshift-bundle.tar.xz, out/rehearsal
#
# The results are copied to OUTDIR. Exit status: that of gpu_check.sh --rehearse.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
archive=$(realpath -- "${1:-out/bundle/groundshift-bundle.tar.xz}")
results=$(realpath -m -- "${2:-out/rehearsal}")
[ "$(id -u)" -eq 0 ] || { echo "rehearse_bundle: chroot wants root" >&2; exit 2; }

bare=$(mktemp -d)
# shellcheck disable=SC2317  # called by the trap
leave() {
  if mountpoint -q "$bare/proc" && ! umount "$bare/proc"; then
    echo "rehearse_bundle: $bare/proc stays mounted" >&2
    return
  fi
  rm -rf --one-file-system "$bare"
}
trap leave EXIT
mkdir -p "$bare"/{bin,usr/bin,lib64,etc,tmp,proc,dev,root}

tools=(bash cat chmod cp cut date dirname du env false grep head id ls mkdir mktemp mv nproc printf rm sed sleep sort stat tail tee
       timeout touch tr true uname wc awk)
for tool in "${tools[@]}"; do
  path=$(readlink -f -- "$(type -P "$tool")")
  cp -- "$path" "$bare/usr/bin/$tool"
done
ln -s ../usr/bin/bash "$bare/bin/bash"
ln -s ../usr/bin/bash "$bare/bin/sh"
# What the tools and any C++ program need, under its own path.
{
  for tool in "${tools[@]}"; do
    ldd "$bare/usr/bin/$tool" | awk '/=> \// { print $3 } /^\t\/lib/ { print $1 }'
  done
  for library in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2 libutil.so.1 libstdc++.so.6 libgcc_s.so.1; do
    ldconfig -p | awk -v name="$library" '$1 == name && /x86-64/ && !found { found = 1; print $NF }'
  done
} | sort -u | while read -r library; do
  mkdir -p "$bare$(dirname "$library")"
  cp -L -- "$library" "$bare$library"
done
mknod -m 666 "$bare/dev/null" c 1 3
mount -t proc proc "$bare/proc"
tar -C "$bare/root" -xf "$archive"

status=0
env -i PATH=/usr/bin:/bin HOME=/root TMPDIR=/tmp "$(type -P chroot)" "$bare" /bin/bash -c \
  'cd /root && groundshift-bundle/gpu_check.sh --rehearse /root/results' || status=$?
mkdir -p "$results"
[ ! -d "$bare/root/results" ] || cp -r "$bare/root/results/." "$results/"
echo "rehearse_bundle: results in $results, exit $status"
exit $status
