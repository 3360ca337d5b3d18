# worker: its part of the Makefile.
