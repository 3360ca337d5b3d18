#!/bin/sh
# Part of "make soak": 64 processes write 10,000 records into one chain, and
# writers are killed 100 times; the chain verifies throughout.
# SOAK_WRITERS=64 SOAK_ROWS=10000 SOAK_HISTORY_KILLS=100
top_srcdir=$1
top_builddir=$2
WRITERS=${SOAK_WRITERS:-64}
ROWS=${SOAK_ROWS:-10000}
KILLS=${SOAK_HISTORY_KILLS:-100}
export top_srcdir top_builddir WRITERS ROWS KILLS
exec sh "$top_srcdir/tests/it/history_keys.sh"
