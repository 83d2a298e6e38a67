#!/bin/sh
exec /usr/local/bin/node --max-old-space-size=256 /usr/local/lib/drover/chronos.cjs "$@"
