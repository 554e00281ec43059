# Two commands: `make run` and `make test`.
PYTHON ?= python3.11
PORT ?= 8000
BIN := .venv/bin
LOCK := requirements.lock

.PHONY: run test test-slow lint lock
.DEFAULT_GOAL := run

run: .venv/ready
	@exec $(BIN)/python manage.py start --port $(PORT) $(if $(CORPUS),--corpus "$(CORPUS)")

test: .venv/ready-dev lint
	$(BIN)/python -m pytest -m "not slow"

test-slow: .venv/ready-dev
	$(BIN)/python -m pytest -m slow

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	DATABASE_URL=postgres:///coinsite SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(50))") $(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing. Install Python 3.11, or name another: make run PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/ready: $(LOCK) | .venv/bin/python
	@echo "Installing coinsite's libraries (the first time about 3 GB; some minutes) …"
	$(BIN)/pip install --disable-pip-version-check --progress-bar on -r $(LOCK)
	@touch $@

.venv/ready-dev: requirements-dev.lock .venv/ready
	$(BIN)/pip install --disable-pip-version-check -q -r requirements-dev.lock
	@touch $@

lock: .venv/ready-dev
	$(BIN)/pip-compile -q --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-annotate --no-header -o $(LOCK) pyproject.toml
	$(BIN)/pip-compile -q --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-annotate --no-header --extra dev -c $(LOCK) -o requirements-dev.lock pyproject.toml
