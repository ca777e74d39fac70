# What tools/setup, tools/test, tools/demo, tools/bench and .ci/run share. Sourced, never run.
# Sets: LOA_ROOT (the checkout), LOA_JOBS (parallel jobs). Every function prints to standard error; none changes the folder.
set -euo pipefail
LOA_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LOA_JOBS=${LOA_JOBS:-$(nproc)}

# say TEXT — one line for people.
say() { printf '%s\n' "$*" >&2; }

# give_up TEXT — one sentence, and the end.
give_up() { say "$(basename "$0"): $*"; exit 1; }

# seconds_since START — whole seconds since an earlier $SECONDS, as "1 min 05 s" or "12 s".
seconds_since() {
  local passed=$((SECONDS - $1))
  if ((passed >= 60)); then printf '%d min %02d s' $((passed / 60)) $((passed % 60)); else printf '%d s' "$passed"; fi
}

# loa_configure PRESET — configures when that was never done; afterwards Ninja sees to it by itself.
loa_configure() {
  local folder=$LOA_ROOT/build/$1
  if [[ -f $folder/build.ninja ]]; then return; fi
  mkdir -p "$folder"
  (cd "$LOA_ROOT" && cmake --preset "$1") >"$folder/configure.log" 2>&1 ||
    { cat "$folder/configure.log" >&2; give_up "configuring the preset '$1' failed; the reason stands above"; }
}

# loa_build PRESET [TARGET...] — configures if needed, and builds these targets, or everything.
loa_build() {
  local preset=$1 targets=()
  shift
  loa_configure "$preset"
  if (($#)); then targets=(--target "$@"); fi
  NINJA_STATUS='[%f/%t %es] ' cmake --build "$LOA_ROOT/build/$preset" -j "$LOA_JOBS" "${targets[@]}" >&2 ||
    give_up "building the preset '$preset' failed; the first error stands above"
}

# loa_has_target PRESET TARGET — whether a configured build folder knows a target.
loa_has_target() { grep -q "^build $2: phony" "$LOA_ROOT/build/$1/build.ninja"; }

# fetch_package FOLDER COMMAND... — a Debian package unpacked into a folder. Nothing is installed, so nothing of the machine's
# own stands in its way. COMMAND prints its name, again once the lists are new: they may be absent, or older than the archive.
fetch_package() {
  local folder=$1 scratch as_root=()
  shift
  if ((EUID != 0)); then as_root=(sudo); fi
  scratch=$(mktemp -d -t loa-package.XXXXXX)
  download() { local name && name=$("$@") && [[ $name ]] && (cd "$scratch" && apt-get -q download "$name"); }
  if ! { download "$@" || { "${as_root[@]}" apt-get -q update && download "$@"; }; } >"$scratch/log" 2>&1; then
    tail -n 5 "$scratch/log" >&2
    rm -rf "$scratch"
    give_up 'apt-get could not download it; is the network there?'
  fi
  mkdir -p "$folder"
  dpkg-deb -x "$scratch"/*.deb "$folder"
  rm -rf "$scratch"
}
