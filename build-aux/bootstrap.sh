#!/bin/sh
# From a bare checkout to a configured tree: packages, autoreconf, configure.
# Arguments are handed to ./configure.
set -eu
cd "$(dirname "$0")/.."

sh build-aux/install-packages.sh
[ -x configure ] || autoreconf -i
./configure "$@"
