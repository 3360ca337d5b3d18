# htdocs: its part of the Makefile.
