# Two commands: `make up` runs the demo, `make test` runs every test. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= .data
PORT ?= 8000
NAME ?= renewal
WORKERS ?= auto
PATHS := src tests

PO := $(wildcard src/yuanyou/locale/*/LC_MESSAGES/django.po)
MO := $(PO:.po=.mo)
READY := $(VENV)/.installed $(MO)

.DEFAULT_GOAL := help
.PHONY: help up test check story bench doctor lock packages

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /make \1  /p' $(MAKEFILE_LIST) | awk '{printf "  %-4s %-8s ", $$1, $$2; $$1 = $$2 = ""; print}'

up: $(READY) ## start the demo (DATA=folder PORT=first port); Ctrl-C stops it
	@$(BIN)/yuanyou up --data "$(DATA)" --port $(PORT)

test: packages check-style ## every test, the browser's too
	$(BIN)/pytest -n $(WORKERS)

check: check-style ## the fast part: style, types, imports, tests without browser and slow ones
	$(BIN)/pytest -n $(WORKERS) -m "not browser and not slow"

check-style: $(READY)
	$(BIN)/ruff check $(PATHS)
	$(BIN)/ruff format --check $(PATHS)
	$(BIN)/mypy
	$(BIN)/lint-imports

story: $(READY) ## play a story on the running demo (NAME=renewal DATA=folder)
	@$(BIN)/yuanyou story $(NAME) --data "$(DATA)"

bench: $(READY) ## measure the running demo (NAME=renewal DATA=folder)
	@$(BIN)/yuanyou bench $(NAME) --data "$(DATA)"

doctor: $(READY) ## check every law that data can break
	@$(BIN)/yuanyou doctor --data "$(DATA)"

lock: $(VENV)/.installed ## choose the newest allowed version of every dependency, pinned by hash
	@echo 'setuptools>=77' | $(BIN)/uv pip compile pyproject.toml - --extra sandbox --extra dev --upgrade \
		--universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet -o requirements.lock
	@echo "requirements.lock is up to date; the next make installs it"

packages: $(VENV)/.installed
	@./.ci/packages

# Only the lock decides what is installed, each file by its hash; the project itself is a link to this folder.
$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing dependencies into $(VENV) (a minute or two, once) ..."
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/python:
	@./.ci/python "$(PYTHON)"
	@"$(PYTHON)" -m venv --clear $(VENV)

%.mo: %.po | $(VENV)/.installed
	@$(BIN)/python -m yuanyou.project.messages compile
	@touch $@
