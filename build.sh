#!/usr/bin/env bash
# Builds, tests and tries Longwire. See ./build.sh --help.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# The one list of what is needed, by Debian's and Ubuntu's names.
packages_build=(cmake ninja-build g++ pkg-config libpcap-dev libsqlite3-dev libssl-dev libfmt-dev nlohmann-json3-dev
  zlib1g-dev libbrotli-dev libzstd-dev liblz4-dev libsodium-dev libidn2-dev libseccomp-dev)
packages_test=(libgtest-dev libgmock-dev libbenchmark-dev libnghttp2-dev python3 sqlite3)
packages_lint=(clang-format clang-tidy shellcheck)
packages_package=(dpkg-dev gzip)
packages_fuzz=(clang libclang-rt-dev)
# What tests speak with where it is there, and skip where not: COMMAND:PACKAGE.
peers=(ip:iproute2 ss:iproute2 ping:iputils-ping ethtool:ethtool tcpdump:tcpdump tshark:tshark capinfos:wireshark-common
  dumpcap:wireshark-common nginx:nginx-light curl:curl openssl:openssl h2load:nghttp2-client nghttpd:nghttp2-server
  nghttpx:nghttp2-proxy node:nodejs npm:npm chromium:chromium setpriv:util-linux)

usage() {
  cat <<'TEXT'
Usage: ./build.sh COMMAND

  demo               build a release, analyze samples/shop.pcapng and print the report
  test               build a release and run the whole test suite
  peers              install the servers, clients and capture tools that tests speak with; without them those tests skip
  sanitize           run the test suite under AddressSanitizer and UndefinedBehaviorSanitizer
  thread             run the pipeline's tests under ThreadSanitizer
  fuzz [SECONDS]     run every fuzz target for SECONDS (default 60), starting from its corpus
  lint               check format, clang-tidy and shellcheck
  bench FILE...      build the benchmark and measure it on capture files
  install [PREFIX]   build a release and install it under PREFIX (default /usr/local)
  package            build a release and its Debian package, build/release/longwire_*.deb
  clean              remove build/

On Debian and Ubuntu what is missing is installed with apt; on other systems it is named.
The environment variable LONGWIRE_WERROR=ON makes warnings errors.
TEXT
}

die() {
  printf 'build.sh: %s\n' "$1" >&2
  exit 1
}

# ---- what is needed -----------------------------------------------------------------------------------------------------

# Debian 12's own Boost is 1.74; the one we need (1.81) stands beside it under its number.
if grep --quiet --no-messages '^VERSION_CODENAME=bookworm' /etc/os-release; then
  packages_build+=(libboost1.81-dev libboost-program-options1.81-dev)
else
  packages_build+=(libboost-dev libboost-program-options-dev)
fi

is_debian() { command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; }

missing_of() {
  local package
  for package in "$@"; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep --quiet --line-regexp installed || echo "$package"
  done
}

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "needs root or sudo to run: $*"
  fi
}

# need PACKAGE...: installs those that are missing.
need() {
  if ! is_debian; then
    name_needs "$@"
    return
  fi
  local missing
  mapfile -t missing < <(missing_of "$@")
  ((${#missing[@]})) || return 0
  echo "installing: ${missing[*]}"
  as_root apt-get update --quiet
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "${missing[@]}"
}

# On systems without apt we cannot tell by package names: CMake finds everything, or says what it misses.
name_needs() {
  command -v cmake >/dev/null && command -v ninja >/dev/null && return
  echo "needs, by Debian's names, Boost 1.81 or newer: $*" >&2
  die "install these with your system's package manager, then call again"
}

# ---- build --------------------------------------------------------------------------------------------------------------

# configure PRESET OPTION...
configure() {
  if command -v ccache >/dev/null; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
  fi
  cmake --preset "$1" "-DLONGWIRE_WERROR=${LONGWIRE_WERROR:-OFF}" "${@:2}" --log-level=NOTICE
}

# build PRESET TARGET...
build() {
  local preset=$1
  shift
  cmake --build --preset "$preset" ${1:+--target "$@"}
}

run_tests() { ctest --preset "$1" --parallel "$(nproc)" "${@:2}"; }

# ---- commands -----------------------------------------------------------------------------------------------------------

demo() {
  need "${packages_build[@]}"
  configure release -DLONGWIRE_TESTS=OFF
  build release longwire
  local program=build/release/longwire
  "$program" analyze samples/shop.pcapng -o build/shop.db --force
  "$program" report build/shop.db
  echo
  echo "Ask it yourself:  $program query build/shop.db --list"
}

run_suite() {
  need "${packages_build[@]}" "${packages_test[@]}"
  [[ $1 != sanitize ]] || need "${packages_fuzz[@]}"
  configure "$1" -DLONGWIRE_TESTS=ON
  build "$1"
  run_tests "$@"
}

install_peers() {
  local peer missing=()
  for peer in "${peers[@]}"; do command -v "${peer%%:*}" >/dev/null || missing+=("${peer#*:}"); done
  ((${#missing[@]} == 0)) || need "${missing[@]}"
}

run_thread_tests() {
  need "${packages_build[@]}" "${packages_test[@]}"
  configure thread -DLONGWIRE_TESTS=ON
  build thread longwire cli_tests
  # Rows are compared in release; the fuzz targets' programs are not built here.
  run_tests thread --tests-regex '[Pp]ipeline' --exclude-regex 'fuzz_corpus|any_threads|any_cut'
}

fuzz() {
  local seconds=${1:-60}
  [[ $seconds =~ ^[0-9]+$ ]] || die "fuzz: SECONDS must be a number, not '$seconds'"
  need "${packages_build[@]}" "${packages_test[@]}" "${packages_fuzz[@]}"
  configure fuzz -DLONGWIRE_TESTS=ON
  build fuzz fuzz_targets
  basename --suffix _fuzz --multiple build/sanitize/tests/fuzz/*_fuzz |
    xargs --max-procs "$(nproc)" --replace ./build.sh fuzz_target {} "$seconds" || die "fuzz: something was found: see build/sanitize/*-*"
}

# fuzz_target NAME SECONDS: goes on from its corpus and from what earlier runs found worth keeping.
fuzz_target() {
  local name=$1 seconds=$2
  mkdir -p "build/sanitize/corpus/$name"
  echo "fuzzing $name for $seconds s"
  "build/sanitize/tests/fuzz/${name}_fuzz" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
    "-artifact_prefix=build/sanitize/$name-" "build/sanitize/corpus/$name" "tests/fuzz/corpus/$name"
}

lint() {
  need "${packages_build[@]}" "${packages_test[@]}" "${packages_lint[@]}"
  git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run -Werror
  git ls-files '*.sh' .ci/run | xargs shellcheck --severity=warning
  # Files of a room together: most of the time is reading the same headers again.
  configure lint -DLONGWIRE_TESTS=OFF
  build lint storage/sql_files.cpp
  find build/lint -name 'unity_*.cxx' -print0 | xargs -0 -P "$(nproc)" -n 1 clang-tidy --quiet -p build/lint
}

bench() {
  (($#)) || die "bench: give one or more capture files"
  need "${packages_build[@]}" "${packages_test[@]}"
  configure release -DLONGWIRE_TESTS=ON
  build release longwire_bench
  build/release/tests/bench/longwire_bench "$@"
}

install_program() {
  local prefix=${1:-/usr/local}
  need "${packages_build[@]}"
  configure release -DLONGWIRE_TESTS=OFF
  build release longwire
  if [[ -w $prefix || ( ! -e $prefix && -w $(dirname "$prefix") ) ]]; then
    cmake --install build/release --prefix "$prefix"
  else
    as_root cmake --install build/release --prefix "$prefix"
  fi
}

package() {
  need "${packages_build[@]}" "${packages_package[@]}"
  configure release -DLONGWIRE_TESTS=OFF
  build release package
}

main() {
  local command=${1:---help}
  (($#)) && shift
  case $command in
    demo) demo ;;
    test) run_suite release ;;
    peers) install_peers ;;
    # Without what measures time, and without thousands of questions: SQLite is not built here, and a program under
    # AddressSanitizer takes half a second to begin. All captures on any number of threads are read under ThreadSanitizer.
    sanitize) run_suite sanitize --exclude-regex 'recorded_anew|questions_answered|as_logged|half_the_evidence|set_back|recomputed|report\.|any_threads|secrets\.|package|install|live\.(load|trouble)' ;;
    thread) run_thread_tests ;;
    fuzz) fuzz "$@" ;;
    fuzz_target) fuzz_target "$@" ;;
    lint) lint ;;
    bench) bench "$@" ;;
    install) install_program "$@" ;;
    package) package ;;
    clean) rm -rf build ;;
    -h | --help | help) usage ;;
    *) die "unknown command '$command'; see ./build.sh --help" ;;
  esac
}

main "$@"
