# `make help` lists what there is. Everything is made under .build/ and nothing outside; only `deps` touches the system.

PYENV_ROOT ?= $(HOME)/.pyenv
PYTHON := $(or $(PYTHON),$(shell for python in python3.14 python3.13 python3.12 python3.11 python3 $(PYENV_ROOT)/versions/3.*/bin/python; do \
	$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done))
RUNNER = $(or $(PYTHON),$(error No Python 3.11 or later with venv and ensurepip: make deps)) -B tests/runner
SECONDS ?= 60
SYSTEM = git make openssl python3 python3-venv
DIRECTORY = slapd ldap-utils samba-ad-dc samba-ad-provision krb5-user libkrb5-dev gcc python3-dev
WINDOWS = openssh-server openssh-client

.PHONY: help demo test lint unit sanity directory windows molecule docs artifact bench fuzz deps clean

help: ## this list
	@grep -E '^[a-z ]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 60

demo: ## decide for a small fleet of Exchange servers, and show it
	@$(RUNNER) demo

test: ## all checks that this machine can run; with CI=1 what it cannot is a failure
	@$(RUNNER) test

lint unit sanity directory windows molecule docs artifact: ## a part of them
	@$(RUNNER) test $@

bench: ## measure the speed
	@$(RUNNER) bench

fuzz: ## feed each reader with damaged files, SECONDS=60
	@$(RUNNER) fuzz $(SECONDS)

deps: ## install the system packages (apt, root)
	@dpkg -s $(SYSTEM) $(DIRECTORY) $(WINDOWS) >/dev/null 2>&1 || \
		sh tests/runner/install_packages.sh $(SYSTEM) $(DIRECTORY) $(WINDOWS)

clean: ## remove all that was built
	rm -rf .build
