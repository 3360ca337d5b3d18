#!/bin/sh
# Runs one Criterion program for automake's TAP driver.
exec "$@" --tap=- --jobs=2
