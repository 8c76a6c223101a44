#!/usr/bin/env bash
# Installs what the tests need (Debian's Chromium, PostgreSQL, OpenSSL, coturn, nftables, tcpdump and tshark), and runs them. Everything stays on loopback.
# Further arguments go to `dotnet test`, for example: ./test.sh --filter BranchAScenario
set -euo pipefail
cd "$(dirname "$0")"

need() { # need COMMAND-OR-FILE PACKAGE…
  local what=$1
  shift
  command -v "$what" >/dev/null 2>&1 || ls $what >/dev/null 2>&1 && return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "test.sh: $what is missing. Install it ($*), and run this again." >&2
    exit 1
  fi
  local sudo=""
  [ "$(id -u)" = 0 ] || sudo=sudo
  [ -n "${apt_updated:-}" ] || { $sudo apt-get update -qq >&2; apt_updated=1; }
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

need chromium chromium
need ss iproute2
need nft nftables
need tcpdump tcpdump
need tshark tshark
need openssl openssl
if ! command -v turnserver >/dev/null 2>&1; then
  need turnserver coturn
  # The package starts a server of its own; the tests start theirs on loopback.
  $([ "$(id -u)" = 0 ] || echo sudo) systemctl disable --now coturn >/dev/null 2>&1 || true
fi
need '/usr/lib/postgresql/*/bin/initdb' postgresql

# Network namespaces need root; without them the tests that drop packets are skipped.
if ip netns add callsbot-probe 2>/dev/null; then
  ip netns del callsbot-probe
  export CALLSBOT_TEST_NETNS=1
fi

# A PostgreSQL of the tests' own. It refuses to run as root, so root lends it the package's account.
postgres=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
cluster=$(mktemp -d)
as=()
if [ "$(id -u)" = 0 ]; then
  chown postgres "$cluster"
  as=(runuser -u postgres --)
fi
(cd "$cluster" && "${as[@]}" "$postgres/initdb" -D "$cluster/data" -A trust -U callsbot -E UTF8 >/dev/null)
port=$(shuf -i 40000-49000 -n 1)
while ss -Htan "sport = :$port" | grep -q .; do port=$((port + 1)); done
(cd "$cluster" && "${as[@]}" "$postgres/pg_ctl" -D "$cluster/data" -w -t 30 -l "$cluster/log" \
  -o "-h 127.0.0.1 -p $port -k $cluster -c fsync=off" start >/dev/null)
stop() {
  (cd / && "${as[@]}" "$postgres/pg_ctl" -D "$cluster/data" -m immediate stop >/dev/null 2>&1) || true
  rm -rf "$cluster"
}
trap stop EXIT
export CALLSBOT_TEST_POSTGRES="Host=127.0.0.1;Port=$port;Username=callsbot;Database=postgres"

results=$(mktemp)
status=0
dotnet restore --locked-mode -v q
dotnet build --no-restore -v q
dotnet test tests/CallsBot.Tests --no-build --blame-hang-timeout 3m "$@" | tee "$results" || status=$?

# The plain closing line.
awk '/^(Passed|Failed)! / {
  gsub(/[:,]/, "")
  for (i = 1; i < NF; i++) { if ($i == "Failed") f = $(i + 1); if ($i == "Passed") p = $(i + 1); if ($i == "Skipped") s = $(i + 1) }
} END { if (p != "" || f != "") printf "%d passed, %d failed, %d skipped\n", p, f, s }' "$results"
rm -f "$results"
exit "$status"
