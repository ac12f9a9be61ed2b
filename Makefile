# On a machine with Python, pip, git and make: `make demo`, `make story`, `make test`, `make check`, `make bench`.
PYTHON ?= python3
BIN := .venv/bin
DEMO := demo-corpus
STORY := story

.PHONY: demo story test test-all check format bench clean

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: .venv/ready
	$(BIN)/corpuskit build sample_data/share --out $(DEMO) --replace

story: .venv/ready
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash tools/story.sh

# a process for each processor, with one thread each; what one compiles (bytecode, kernels) the others load; tests/conftest.py says the order
test: .venv/ready
	OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

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
	rm -rf .venv $(DEMO) $(STORY)
