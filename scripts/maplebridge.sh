#!/bin/sh
# The CLI on the repository's own Node 24.
here=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd)
exec "$here/node_modules/.bin/node" "$here/src/main.ts" "$@"
