# `make` alone lists what there is to do.
.DEFAULT_GOAL := help
.PHONY: help run test check lint format bench lock migration frontend clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name words; do printf '  make %-10s %s\n' "$$name" "$$words"; done

run: ## set up everything and run it: portal, worker, simulators, PostgreSQL (Ctrl-C stops)
	@exec scripts/run $(ARGS)

test: ## set up what the tests need, a browser included, and pass every check and test
	@exec scripts/test $(ARGS)

check: ## the same checks and tests without setting anything up
	@exec scripts/check $(ARGS)

lint: ## style, types and import contracts only
	@exec scripts/check --no-tests

format: ## put the code in its usual form
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .

bench: ## measure against limits and peers; prints JSON
	@exec .venv/bin/python -m tests.bench

lock: ## write requirements/*.txt anew from setup.cfg, with hashes
	@exec scripts/lock

migration: ## write a migration from the difference between records and tables: make migration m="what changes"
	@exec scripts/migration "$(m)"

frontend: ## build the style sheet again from app/frontend (needs Node)
	@exec scripts/vendor-frontend

clean: ## remove what set-up and tests made; what was kept in var/ stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache htmlcov .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
