# worker/guest: its part of the Makefile.
