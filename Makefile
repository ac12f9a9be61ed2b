# On a machine with Python, pip, git and make: `make demo`, `make test`, `make check`, `make bench`.
PYTHON ?= python3
BIN := .venv/bin
DEMO := demo-corpus

.PHONY: demo test test-all check format bench clean

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: .venv/ready
	$(BIN)/corpuskit build sample_data/share --out $(DEMO) --replace

test: .venv/ready
	$(BIN)/python -m pytest

test-all: .venv/ready
	$(BIN)/python -m pytest -m 'slow or not slow'

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_layers.py

format: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/ready
	$(BIN)/python benchmarks/kernels.py sample_data/share
	$(BIN)/python benchmarks/build.py sample_data/share

clean:
	rm -rf .venv $(DEMO)
