# sql: its part of the Makefile.
