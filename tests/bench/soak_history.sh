#!/bin/sh
# Part of "make soak": 64 processes write 10,000 records into one chain, and
# writers and publishers are killed 100 times; chain and published files agree
# throughout.  Then every byte of a work folder is changed.
# SOAK_WRITERS=64 SOAK_ROWS=10000 SOAK_HISTORY_KILLS=100
top_srcdir=$1
top_builddir=$2
WRITERS=${SOAK_WRITERS:-64}
ROWS=${SOAK_ROWS:-10000}
KILLS=${SOAK_HISTORY_KILLS:-100}
export top_srcdir top_builddir WRITERS ROWS KILLS
sh "$top_srcdir/tests/it/history_keys.sh" || exit 1
sh "$top_srcdir/tests/bench/soak_publish.sh" || exit 1
# Each byte of a small work folder, changed in every way.
[ ! -x "$top_builddir/tests/unit/test_tamper" ] ||
    TAMPER=all "$top_builddir/tests/unit/test_tamper" --tap=-
