#!/bin/sh
# Sets up what a command needs and nothing more; quick when nothing is to do.
#   sh scripts/bootstrap.sh demo|test|check|bench|fuzz|footage|train|chaos|run
# Needs only the npm registry and, for test, bench, footage, train and chaos, Debian packages.
set -eu
goal=${1:-run}
cd "$(dirname "$0")/.."

say() { printf 'bootstrap: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# --- Node and npm packages -------------------------------------------------------------------------------------------
command -v npm >/dev/null 2>&1 || fail "npm is missing: without it nothing can be set up. Install Node.js 20 or newer (it brings npm)."
major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
[ "${major:-0}" -ge 20 ] || fail "Node.js 20 or newer is needed to install the packages; found ${major:-none}. Node 24 itself then comes from the npm package 'node'."

stamp=node_modules/.maplebridge-installed
wanted=$(cat package-lock.json .npmrc | cksum)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  say "installing npm packages (once; about 1.2 GB on disk) …"
  # Not `npm ci`: it refuses a lock file without the optional packages of platforms the registry has no files for.
  # This installs the versions of the lock file too, and leaves it as it is.
  # The engine warnings it would print are about Node 22, which some packages want: they get Node 24 when they run.
  npm install --no-save --no-audit --no-fund --loglevel=error >&2 || fail "npm install failed (see above): without the npm packages nothing works."
  printf '%s\n' "$wanted" > "$stamp"
fi
PATH="$PWD/node_modules/.bin:$PATH"
case "$(node --version 2>/dev/null)" in
  v24.* | v25.* | v26.*) ;;
  *) fail "the npm package 'node' (Node 24) is not usable on this system ($(uname -sm)): without it TypeScript cannot run without a build step. Its install script must be allowed to run." ;;
esac

# --- Debian packages, for tests and benches --------------------------------------------------------------------------
missing=''
need() { # need <package> <what does not work without it> <test command…>
  package=$1 what=$2
  shift 2
  "$@" >/dev/null 2>&1 || missing="$missing
$package|$what"
}
has_gst_rtsp() { /usr/bin/python3 -c 'import gi; gi.require_version("GstRtspServer", "1.0"); from gi.repository import GstRtspServer'; }
has_gst_element() { gst-inspect-1.0 "$1"; }
has_postgres() { ls /usr/lib/postgresql/*/bin/initdb || command -v initdb; }
has_cjk() { fc-list ':lang=zh' | grep -q .; }

if [ "$goal" = test ] || [ "$goal" = bench ]; then
  need python3-gi 'the RTSP server of the end-to-end tests' /usr/bin/python3 -c 'import gi'
  need gir1.2-gst-rtsp-server-1.0 'the RTSP server of the end-to-end tests' has_gst_rtsp
  need gstreamer1.0-tools 'checking for GStreamer elements' command -v gst-inspect-1.0
  need gstreamer1.0-rtsp 'the RTSP server of the end-to-end tests' has_gst_element rtspsrc
  need gstreamer1.0-plugins-good 'serving files over RTP' has_gst_element rtph264pay
  need gstreamer1.0-plugins-bad 'parsing H.264 for RTP' has_gst_element h264parse
  need gstreamer1.0-libav 'coding test pictures in GStreamer' has_gst_element avdec_h264
  need ffmpeg 'test clips and the benches beside FFmpeg' command -v ffmpeg
  need openssl 'certificates for the RTSP-over-TLS tests' command -v openssl
  need mosquitto 'the integration tests over a real broker (MQTT 5)' test -x /usr/sbin/mosquitto
  need redis-server 'the integration tests over real Redis' command -v redis-server
  need postgresql 'the integration tests over real Postgres' has_postgres
  need chromium 'the console tests in a real browser' test -x /usr/bin/chromium
  need fonts-noto-cjk 'Chinese text in screenshots' has_cjk
fi

if [ "$goal" = chaos ]; then
  need mosquitto 'the broker of the campaign' test -x /usr/sbin/mosquitto
  need redis-server "the desk's job queue in the campaign" command -v redis-server
  need postgresql "the desk's database in the campaign" has_postgres
fi

if [ "$goal" = footage ]; then
  need ffmpeg 'coding the clips' command -v ffmpeg
  need chromium 'drawing the pictures' test -x /usr/bin/chromium
fi

has_python() { /usr/bin/python3 -c "import $1"; }
if [ "$goal" = train ]; then
  need python3-torch 'training' has_python torch
  need python3-onnx 'exporting the trained model' has_python onnx
  need python3-opencv 'reading and bending pictures' has_python cv2
fi

if [ -n "$missing" ]; then
  packages=$(printf '%s\n' "$missing" | sed -n 's/|.*//p' | sort -u | tr '\n' ' ')
  if [ "$(id -u)" = 0 ]; then as_root=''; elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root='sudo'; else as_root='no'; fi
  if [ "$as_root" != no ] && command -v apt-get >/dev/null 2>&1; then
    say "installing Debian packages: $packages…"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 || say "apt-get update failed; trying with the lists there are"
    # shellcheck disable=SC2086 # a list of words is meant
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null 2>&2 \
      || fail "apt-get could not install: $packages"
  else
    say "these Debian packages are missing, and this user may not install them:"
    printf '%s\n' "$missing" | sed -n 's/^\(.*\)|\(.*\)$/  \1: without it, no \2/p' >&2
    fail "run: sudo apt-get install $packages"
  fi
fi

# --- The console -----------------------------------------------------------------------------------------------------
if [ "$goal" = demo ] || [ "$goal" = test ]; then
  if [ ! -f dist/console/index.html ] || [ -n "$(find src/console src/contracts/desk-api.ts package-lock.json -newer dist/console/index.html -type f 2>/dev/null | head -n 1)" ]; then
    say "building the console …"
    vite build --config src/console/vite.config.ts --logLevel error >&2 || fail "the console could not be built: without it there is no page, the services still run."
  fi
fi
