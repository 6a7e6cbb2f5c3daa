#!/usr/bin/env bash
# What ./run and ./test need besides the .NET SDK. Sourced by both; as root it may also be started by itself.

repo=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

has_postgres() {
  local folder
  for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
    if [ -x "$folder/initdb" ]; then return 0; fi
  done
  command -v initdb >/dev/null || { command -v pg_config >/dev/null && [ -x "$(pg_config --bindir)/initdb" ]; }
}

# The fonts of the embedded provider that are missing: each package by a character that it is for. Unifont has nearly all of them
# in dots, as a last resort, so it counts for its own package only.
missing_fonts() {
  local package character
  while read -r package character; do
    if command -v fc-list >/dev/null && fc-list ":charset=$character:outline=true" family | grep -v '^Unifont' | grep . >/dev/null; then continue; fi
    echo "$package"
  done <<'END'
fonts-dejavu-core 41
fonts-noto-core 0e01
fonts-wqy-microhei ac00
fonts-symbola 1f680
END
  if command -v fc-list >/dev/null && fc-list ':charset=1fae0:outline=true' family | grep . >/dev/null; then return 0; fi
  echo fonts-unifont
}

# Debian's package would set up and start a server for the whole system on port 5432; ours is private to the host.
# What a person has decided about that stays.
# no_system_server [folder of Debian's settings]
no_system_server() {
  local settings=${1:-/etc/postgresql-common}
  local folder=$settings/createcluster.d
  if grep -qsE '^[[:space:]]*create_main_cluster' "$folder"/*.conf "$settings/createcluster.conf"; then return 0; fi
  mkdir -p "$folder"
  printf '%s\n' '# Written by Orleans.VideoGen before it installed postgresql: it starts a server of its own.' \
    'create_main_cluster = false' >"$folder/videogen.conf"
}

# Runs a command and shows what it said only when it fails.
quietly() {
  local said code=0
  said=$(mktemp)
  "$@" >"$said" 2>&1 </dev/null || code=$?
  if [ "$code" -ne 0 ]; then cat "$said" >&2; fi
  rm -f "$said"
  return "$code"
}

# install_missing [command:package ...]: what the host needs, and these.
install_missing() {
  local missing=() fonts=() also
  for also in "$@"; do
    command -v "${also%%:*}" >/dev/null || missing+=("${also#*:}")
  done
  has_postgres || missing+=(postgresql)
  command -v ffmpeg >/dev/null || missing+=(ffmpeg)
  command -v fc-match >/dev/null || missing+=(fontconfig)
  mapfile -t fonts < <(missing_fonts)
  if [ "${#missing[@]}" -eq 0 ]; then install_fonts "${fonts[@]}"; return 0; fi
  # For the lines that ./run prints; the host itself does without, so it alone stops nothing.
  command -v curl >/dev/null || missing+=(curl)

  if ! command -v apt-get >/dev/null; then
    echo "Missing: ${missing[*]} (Debian's names). This system has no apt-get: install them its way and start again." >&2
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    local line="sudo '$repo/deploy/setup.sh'"
    # Debian installs no sudo where root was given a password.
    command -v sudo >/dev/null || line="su - -c \"'$repo/deploy/setup.sh'\""
    echo "Missing: ${missing[*]}. To install, type this line once and start again:" >&2
    echo "  $line" >&2
    return 1
  fi

  echo "Installing ${missing[*]} ..." >&2
  has_postgres || no_system_server
  if ! apt_install "${missing[@]}"; then
    echo "Could not install ${missing[*]}: see above. Install them by hand and start again." >&2
    return 1
  fi
  install_fonts "${fonts[@]}"
}

# Without some fonts all goes on but prompts in their scripts: the host's log says which package is missing, and this stops nothing.
install_fonts() {
  if [ $# -eq 0 ] || [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then return 0; fi
  echo "Installing $* ..." >&2
  apt_install "$@" || echo "Could not install $*: see above. Prompts in some scripts will be refused by the embedded provider." >&2
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive quietly apt-get -qq -o DPkg::Lock::Timeout=300 update \
    && DEBIAN_FRONTEND=noninteractive quietly apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
}

# Everything that dotnet is told by its environment, once.
dotnet_settings() {
  if ! command -v dotnet >/dev/null; then
    echo "The .NET SDK 10 is missing: no 'dotnet' on the PATH. Install it and start again." >&2
    return 1
  fi
  # dotnet keeps its settings and packages under HOME.
  if [ ! -w "${HOME:-/nonexistent}" ]; then
    export HOME="$repo/.data/home"
    mkdir -p "$HOME"
  fi
  export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_ADD_GLOBAL_TOOLS_TO_PATH=false
  export DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1
  mkdir -p "$repo/.data"
}

# build <project or solution> [arguments of dotnet build]: Release, quiet unless it fails, one at a time per checkout, and nothing left running after it.
build() {
  dotnet_settings || return 1
  # From the repository's folder: global.json is looked for from there upwards.
  (cd "$repo" && quietly flock .data/build.lock \
    dotnet build "$@" --configuration Release --verbosity quiet -nodeReuse:false -p:UseSharedCompilation=false) || {
    echo "The build of $1 failed: see above." >&2
    return 1
  }
}

# Whether Orleans's packages can be had here. The default build does without them.
restores_orleans() {
  dotnet_settings || return 1
  (cd "$repo" && flock .data/build.lock dotnet restore Silo/Silo.csproj -p:GrainEngine=Orleans --verbosity quiet -nodeReuse:false) >/dev/null 2>&1 </dev/null
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  set -euo pipefail
  install_missing
fi
