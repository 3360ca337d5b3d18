# matrices: its part of the Makefile.

EXTRA_DIST += matrices/README.md
matrixdir = $(pkgdatadir)/matrices
dist_matrix_DATA = \
	matrices/debian-all.yaml \
	matrices/mvp.yaml \
	matrices/quick.yaml \
	matrices/quirk-library.yaml
profiledir = $(pkgdatadir)/matrices/profiles
dist_profile_DATA = \
	matrices/profiles/debian-11-5.10-jit-off.yaml \
	matrices/profiles/debian-11-5.10-lockdown-confidentiality.yaml \
	matrices/profiles/debian-11-5.10-lsm-bpf.yaml \
	matrices/profiles/debian-11-5.10-memlock.yaml \
	matrices/profiles/debian-11-5.10.yaml \
	matrices/profiles/debian-12-6.1.yaml \
	matrices/profiles/debian-13-6.12-jit-off.yaml \
	matrices/profiles/debian-13-6.12-lockdown-confidentiality.yaml \
	matrices/profiles/debian-13-6.12-lockdown-integrity.yaml \
	matrices/profiles/debian-13-6.12-lsm-without-bpf.yaml \
	matrices/profiles/debian-13-6.12-no-btf.yaml \
	matrices/profiles/debian-13-6.12-unprivileged-0.yaml \
	matrices/profiles/debian-13-6.12-unprivileged-1.yaml \
	matrices/profiles/debian-13-6.12-unprivileged-2.yaml \
	matrices/profiles/debian-13-6.12.yaml \
	matrices/profiles/debian-13-bpo-6.16.yaml \
	matrices/profiles/debian-13-bpo-6.17.yaml \
	matrices/profiles/debian-13-bpo-6.18.yaml \
	matrices/profiles/debian-13-bpo-6.19.yaml \
	matrices/profiles/debian-13-bpo-7.0.yaml \
	matrices/profiles/debian-13-bpo-7.1.yaml \
	matrices/profiles/debian-13-bpo-7.2.yaml \
	matrices/profiles/debian-13-bpo-7.3.yaml \
	matrices/profiles/debian-sid.yaml
