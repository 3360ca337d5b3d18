# matrices: its part of the Makefile.
