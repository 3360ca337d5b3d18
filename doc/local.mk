# doc: its part of the Makefile.
