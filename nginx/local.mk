# nginx: its part of the Makefile.
