#!/bin/sh
# The page in a real browser against canned answers: every state that a real
# server shows rarely (a full queue, a lost connection, a hostile report).
set -u
. "$top_srcdir/tests/ui/modules.sh"
ui_run "$top_srcdir/tests/ui/pages.mjs"
