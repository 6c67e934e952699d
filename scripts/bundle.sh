#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes a relocatable folder for machines without GDAL or a compiler, and packs it: program, the tests and benches that
# matter on a GPU, a small scene, every shared library they need, GDAL's and PROJ's data.
#
#   scripts/bundle.sh [OUTDIR]     default out/bundle; writes OUTDIR/groundshift-bundle/ and OUTDIR/groundshift-bundle.tar.xz
#
# Runs on x86-64 Linux with glibc >= 2.36; glibc, libstdc++ and libgcc_s are those of the machine. With nvcc the CUDA
# backend is in it: machine code for sm_90, and PTX that newer devices compile at the start.
# GROUNDSHIFT_CUDA_ARCHITECTURES chooses others. Exit 1 when the archive is larger than 60 MiB.
# On the other machine: tar -xf groundshift-bundle.tar.xz && groundshift-bundle/gpu_check.sh RESULTS
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ $# -le 1 ] || { echo "usage: scripts/bundle.sh [OUTDIR]" >&2; exit 2; }
out=$(realpath -m -- "${1:-out/bundle}")
bundle=$out/groundshift-bundle
archive=$out/groundshift-bundle.tar.xz
most_bytes=$((60 << 20))
multiarch=/usr/lib/$(uname -m)-linux-gnu

options=(-DCMAKE_BUILD_TYPE=Release -DGS_BUNDLE=ON -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
programs=(groundshift gs_parity gs_hash_matrix gs_bench_backend gs_bench_block_decode gs_bench_resample gs_bench_pipeline)
nvcc=$(command -v nvcc || true)
[ -n "$nvcc" ] || { [ ! -x /usr/local/cuda/bin/nvcc ] || nvcc=/usr/local/cuda/bin/nvcc; }
if [ -n "$nvcc" ] && [ "${GROUNDSHIFT_BUNDLE_CUDA:-on}" != off ]; then
  export CUDACXX=$nvcc
  options+=(-DGS_ENABLE_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=${GROUNDSHIFT_CUDA_ARCHITECTURES:-90}" -DCMAKE_CUDA_COMPILER_LAUNCHER=ccache)
  programs+=(gs_bench_cuda_kernels)
else
  echo "bundle: no nvcc: without the CUDA backend" >&2
  options+=(-DGS_ENABLE_CUDA=OFF)
fi
build=${GROUNDSHIFT_BUNDLE_BUILD:-build/bundle}
cmake -S . -B "$build" -G Ninja "${options[@]}"
cmake --build "$build" --parallel "$(nproc)" --target "${programs[@]}"

rm -rf "$bundle" "$archive"
mkdir -p "$bundle"/{bin,lib,share/gdal,share/proj,scene}
for program in "${programs[@]}"; do
  cp "$build/bin/$program" "$bundle/bin/"
done

# Everything that the programs and their libraries load, but the C and C++ run-time libraries. The reference BLAS and
# LAPACK stand for whatever the system's alternative is: nothing here computes with them, and others are five times larger.
ldd "$bundle"/bin/* | awk '$2 == "=>" && $3 ~ /^\// { print $1, $3 }' | sort -u |
  grep -vE '^(linux-vdso|ld-linux[^ ]*|lib(c|m|dl|pthread|rt|resolv|util)|libstdc\+\+|libgcc_s)\.so' |
  while read -r name path; do
    case "$name" in
      libblas.so.3) [ ! -e "$multiarch/blas/$name" ] || path=$multiarch/blas/$name ;;
      liblapack.so.3) [ ! -e "$multiarch/lapack/$name" ] || path=$multiarch/lapack/$name ;;
      libopenblas*) continue ;;
    esac
    cp -L "$path" "$bundle/lib/$name"
  done
missing=$(ldd "$bundle"/bin/* 2>/dev/null | awk '/not found/ { print $1 }' | sort -u)
[ -z "$missing" ] || { echo "bundle: libraries are missing: $missing" >&2; exit 1; }
strip --strip-unneeded "$bundle"/bin/* "$bundle"/lib/*

gdal_data=$(gdal-config --datadir 2>/dev/null || echo /usr/share/gdal)
cp -r "$gdal_data"/. "$bundle/share/gdal/"
cp /usr/share/proj/proj.db "$bundle/share/proj/"
cp examples/romania-logging/*.tif "$bundle/scene/"
cp scripts/gpu_check.sh "$bundle/"
cp LICENSE NOTICE "$bundle/"
cp scripts/compare_bench.py "$bundle/"
"$bundle/bin/groundshift" --version > "$bundle/VERSION"

# The programs hold the same kernels: a dictionary that reaches from one to the next keeps them once.
XZ_OPT=${XZ_OPT:---lzma2=preset=6,dict=128MiB} tar -C "$out" -cJf "$archive" groundshift-bundle
bytes=$(stat -c %s "$archive")
printf 'bundle: %s, %d libraries, %.1f MiB unpacked, %.1f MiB packed\n' "$archive" "$(find "$bundle/lib" -type f | wc -l)" \
  "$(du -sk "$bundle" | awk '{ print $1 / 1024 }')" "$(awk -v b="$bytes" 'BEGIN { print b / 1048576 }')"
if [ "$bytes" -gt "$most_bytes" ]; then
  echo "bundle: larger than 60 MiB" >&2
  exit 1
fi
