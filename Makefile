# Everything anyone must know: `make` lists the commands.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run worker scheduler fsck test hostile season lives chaos contenders bulk monkey week upgrades lint format fuzz signings separation moves around walks docs bench batch migration clean
PY := .venv/bin/python
FLASK := $(PY) -m flask --app wsgi

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what running needs (also done by make run)
	@sh tools/setup.sh

setup-dev:
	@sh tools/setup.sh dev

run: setup ## start everything on http://127.0.0.1:8000 (PORT=, HOST=, JUANLIU_DATA=, DATABASE_URL=, REDIS_URL=)
	@exec $(PY) -m tools.serve

worker: setup ## one more worker, on this or another machine
	@exec $(FLASK) worker

scheduler: setup ## the scheduler alone (timers, sweeps)
	@exec $(FLASK) scheduler

fsck: setup ## check every invariant of the data
	@$(FLASK) fsck

test: setup-dev ## run all tests on SQLite and a real PostgreSQL, with a real Valkey and a browser
	@$(PY) -m pytest -q -n 2 --dist worksteal

season: setup-dev ## play the full morning of 300 packs over HTTP on both databases, processes killed meanwhile, and in a browser (20 minutes)
	@JUANLIU_TEST_PACKS=300 $(PY) -m pytest -q tests/season tests/browser/test_login_to_shelf.py

lives: setup-dev ## random whole lives of dossiers, ten in an office, by invented people of every role (RUNS=2000, SEED=1)
	@JUANLIU_LIVES=$(or $(RUNS),2000) JUANLIU_LIVES_SEED=$(or $(SEED),1) $(PY) -m pytest -q -s -n 2 -p no:cacheprovider tests/lives/played.py

chaos: setup-dev ## kill -9 at every line and statement of every command, on both databases (an hour; COMMANDS=complete,job)
	@JUANLIU_CHAOS="$(or $(COMMANDS),all)" $(PY) -m pytest -q -s -n 2 tests/chaos/test_kills.py

contenders: setup-dev ## 200 people want one task at once, over HTTP, 100 rounds on both databases (CONTENDERS=200x100)
	@JUANLIU_CONTENDERS="$(or $(CONTENDERS),200x100)" $(PY) -m pytest -q -s tests/chaos/test_contenders.py

bulk: setup-dev ## 5,000 tasks completed at once, a third done by others, worker and web killed 20 times (ITEMS=, KILLS=)
	@ITEMS=$(or $(ITEMS),5000) KILLS=$(or $(KILLS),20) $(PY) -m tests.chaos.bulk_proof

upgrades: setup-dev ## 1,000 running cases follow 50 machine-made edits of their process, on both databases (INSTANCES=, EDITS=, SEED=)
	@JUANLIU_TEST_INSTANCES=$(or $(INSTANCES),1000) JUANLIU_TEST_EDITS=$(or $(EDITS),50) JUANLIU_TEST_SEED=$(or $(SEED),1) $(PY) -m pytest -q -s -n 2 tests/workflow/upgrades/test_edits.py

hostile: setup-dev ## play every hostile file, text and template in a bounded process of its own, and print what it took (10 minutes)
	@$(PY) -m tests.workflow.hostility.measured

monkey: setup-dev ## a real installation at work while everything is killed, stopped, cut and crashed (MINUTES=10, SEED=)
	@$(PY) -m tests.chaos.monkey --minutes $(or $(MINUTES),10) $(if $(SEED),--seed $(SEED))

week: setup-dev ## a week of an office of 40 people over HTTP, all moves, 3,000 cases, then planted faults, on both databases (CASES=, PEOPLE=, PACKS=, SEED=, DATABASE=)
	@$(PY) -m tests.week --cases $(or $(CASES),3000) --people $(or $(PEOPLE),40) --packs $(or $(PACKS),60) --seed $(or $(SEED),1) --database $(or $(DATABASE),both)

lint: setup-dev ## check style and the rules of the house
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m pytest -q tests/test_house.py

format: setup-dev ## put the code into shape
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format .

fuzz: setup-dev ## random processes against two oracles, in the engine and in both databases: make fuzz RUNS=20000 SEED=1
	@JUANLIU_FUZZ_RUNS=$(or $(RUNS),20000) JUANLIU_FUZZ_SEED=$(or $(SEED),1) $(PY) -m pytest -q -s -p no:cacheprovider \
		tests/workflow/engine/test_fuzz.py tests/workflow/engine/test_wild.py tests/workflow/test_wild_rows.py

signings: setup-dev ## every ballot of every kind of signing, and signers added and taken out at random (RUNS=500)
	@SIGNING_SHARE=1 SIGNING_SAMPLES=3000 SIGNING_WALKS=$(or $(RUNS),500) $(PY) -m pytest -q -n 2 -p no:cacheprovider tests/workflow/test_voting.py tests/workflow/engine/test_signing.py tests/workflow/test_signing_joining.py

around: setup-dev ## everything around a task (notices, copies, reminders, clocks …) on both databases
	@AROUND=both $(PY) -m pytest tests/workflow/around -q

moves: setup-dev ## everything people do with tasks and cases, in random order on random processes, on both databases (RUNS=10000, SEED=)
	@JUANLIU_MOVES=$(or $(RUNS),10000) JUANLIU_FUZZ_SEED=$(or $(SEED),1) $(PY) -m pytest -q -s -n 2 -p no:cacheprovider tests/workflow/returns/test_moves.py tests/workflow/returns/test_matrix.py

walks: setup-dev ## the office's days in a browser, each in both languages and at both widths, with pictures of every page
	@WALKS=all $(PY) -m pytest -q -p no:cacheprovider $(wildcard tests/browser/test_walk_*.py)

docs: setup-dev ## write docs/bpmn.md, docs/processes.md, docs/documents.md, docs/separation.md, docs/returns.md, docs/human-tasks-access.md, docs/dossier-access.md and the invariants of docs/reliability.md from the tests that prove them
	@$(PY) -m tests.workflow.engine.table.writing
	@$(PY) -m tests.workflow.separation.writing
	@$(PY) -m tests.processes.table
	@$(PY) -m tests.archive.annex_c.writing
	@$(PY) -m tests.archive.annex_d
	@JUANLIU_WRITE_DOCS=1 $(PY) -m pytest -q -p no:cacheprovider tests/workflow/returns/test_matrix.py tests/workflow/performers/test_access.py tests/sight/test_access.py -k sqlite

scopes: setup-dev ## a breach of the scope of dossiers planted in each place that asks for it, each found by the walk
	@JUANLIU_BREACHES=99 $(PY) -m pytest -q -p no:cacheprovider tests/sight

separation: setup-dev ## the separation matrix, every cell on both databases
	@JUANLIU_MATRIX=all $(PY) -m pytest -q -p no:cacheprovider tests/workflow/separation/test_matrix.py

bench: setup-dev ## measure all of docs/performance.md, ratios side by side (half an hour; QUICK=1: smaller, a few minutes)
	@$(PY) -m bench $(if $(QUICK),--quick)

migration: setup-dev ## write the next migration step: make migration m="what changes"
	@$(PY) -m tools.migration "$(m)"

batch: setup-dev ## a scanning batch of 200 dossiers, 12,000 pages, over HTTP in a real installation, twelve kinds of defects planted (QUICK=1: 10 of 20 pages)
	@$(PY) -m bench.batch $(if $(QUICK),10 20,200 60)

clean: ## remove what was installed and built; the data stay
	rm -rf .venv node_modules web/static/vendor .pytest_cache .ruff_cache .hypothesis tests/artifacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
