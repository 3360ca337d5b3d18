# fcgi: its part of the Makefile.
