# `make test` checks everything, on a machine that has Rust, a C compiler and Python 3.11 or later.
# What it installs goes into .venv and .venv-ministack (for `make bench`: .venv-bench, for `make dist`: .venv-dist,
# for `make docs`: .venv-docs); CARGO_TARGET_DIR is honoured.
# Only Chromium, where it is missing, comes as Debian's package, for root alone.

PYTHON ?= python3
VENV   := .venv
PYTEST := $(VENV)/bin/python -m pytest

.PHONY: test docs quick lint unit fuzz packing end-to-end e2e-full chromium package dist dist-test dist-twice supply-chain mutants bench bench-page picture clean

test: lint unit fuzz packing end-to-end

# One selection of packages, targets and features for all tests: the SDK crates take minutes to build,
# and with another selection they have other features and are built again.
EVERYTHING := --workspace --locked --all-targets --all-features

lint:
	cargo fmt --check
	cargo clippy $(EVERYTHING) -- -D warnings
	@# What `--no-default-features` leaves out is left out well. Only what differs is looked at again.
	cargo clippy --workspace --locked --all-targets --no-default-features -- -D warnings
	@# One implementation of cryptography is enough; this one is C, and slow to build.
	! grep 'name = "aws-lc' Cargo.lock
	@# The function has no business there, and every SDK makes it start later.
	! cargo tree --locked --package lambda --edges normal | grep -E 'aws-sdk-(cloudformation|guardduty)'

unit:
	cargo test $(EVERYTHING)

# The rules, the wire, the sandbox and a hundred worlds of the simulation: what to run after each change.
quick:
	cargo test $(EVERYTHING) -- --skip two_thousand_seeds --skip a_few_hostile_requests
	cargo test $(EVERYTHING:--all-targets=--test simulation) -- --ignored --exact many seeds=0..100

# Hostile requests to the sandbox. For an hour: make fuzz TIME=for_an_hour
TIME := for_a_minute
fuzz:
	cargo test $(EVERYTHING:--all-targets=--test wire) -- --ignored --exact fuzz::$(TIME)

# That the archives of releases are the same bytes wherever they are made.
packing: $(VENV)/ready
	$(PYTEST) packaging/tests/test_archives.py

# The command as a user has it, black box: exit status, stdout and stderr against the contracts;
# and the AWS form as a user deploys it, on an emulated AWS.
# ARGS goes to pytest: make end-to-end ARGS='-k rehearse -x'
# They wait more than they compute, so that there are more at a time than cores. A file stays with one worker,
# and what its tests share is made once.
AT_A_TIME ?= 3
end-to-end: $(VENV)/ready $(VENV)-ministack/ready chromium
	cargo build $(EVERYTHING) --profile test
	$(PYTEST) tests --numprocesses $(AT_A_TIME) --dist loadfile $(ARGS)

# What opens the page of `--report`. Another one: make test CHROMIUM=/path/to/it
CHROMIUM ?= chromium
export CHROMIUM
chromium:
	@command -v "$(CHROMIUM)" >/dev/null || test "$$(id -u)" = 0 || { echo "The tests of the page need Chromium. Install it (on Debian: \
	apt-get install chromium fonts-dejavu-core), or name yours: make test CHROMIUM=/path/to/it" >&2; exit 1; }
	@command -v "$(CHROMIUM)" >/dev/null || { apt-get update --quiet=2 && \
	DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends chromium fonts-dejavu-core; }

# What takes longer than every change can wait for: 1,200 accounts in every Region, and each permission taken away.
e2e-full: $(VENV)/ready $(VENV)-ministack/ready chromium
	cargo build $(EVERYTHING) --profile test
	$(PYTEST) tests -m full $(ARGS)

# The stamp comes last, so that an installation that broke off is done again.
$(VENV)/ready: tests/requirements.txt
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install --quiet --require-hashes --requirement tests/requirements.txt
	touch $@

$(VENV)-ministack/ready: tests/requirements-ministack.txt
	$(PYTHON) -m venv --clear $(VENV)-ministack
	$(VENV)-ministack/bin/python -m pip install --quiet --require-hashes --requirement tests/requirements-ministack.txt
	touch $@

# The function for AWS, where deploy/security-account.yaml names it.
package:
	deploy/package.sh

# Everything that a release has, in target/dist. DIST goes to it: make dist DIST='--platform linux-x86_64'
dist: $(VENV)-dist/ready
	$(VENV)-dist/bin/python packaging/dist.py $(DIST)

# What `make dist` made, as a user has it.
dist-test: $(VENV)/ready
	$(PYTEST) packaging/tests -p no:cacheprovider $(ARGS)

# Whether another clone in another folder gives the same bytes: as long as `make dist` takes, or twice that.
dist-twice: $(VENV)-dist/ready
	$(VENV)-dist/bin/python packaging/twice.py $(DIST)

# Crates, their terms and what is known against them; the workflows.
supply-chain: $(VENV)-dist/ready
	$(VENV)-dist/bin/python packaging/supply_chain.py

$(VENV)-dist/ready: packaging/requirements.txt
	$(PYTHON) -m venv --clear $(VENV)-dist
	$(VENV)-dist/bin/python -m pip install --quiet --require-hashes --requirement packaging/requirements.txt
	touch $@

# Which changes to the rules no test notices: they are in mutants.out/missed.txt then, for people to judge.
# MUTANTS goes to it: make mutants MUTANTS='--no-config --file crates/fleet/src/guard.rs'
mutants:
	@command -v cargo-mutants >/dev/null || { echo "cargo-mutants is not installed: cargo install --locked cargo-mutants" >&2; exit 1; }
	cargo mutants $(MUTANTS)

# The moving picture in the README: what a rehearsal in a world full of troubles looks like.
picture: $(VENV)/ready
	cargo build --locked
	$(VENV)/bin/python docs/picture.py docs/rehearsal.svg rehearse --scenario examples/troubled.toml

# The documentation as a site with search, in target/site. Whatever leads nowhere ends the build.
docs: $(VENV)/ready $(VENV)-docs/ready
	$(VENV)/bin/python docs/site.py $(VENV)-docs/bin/mkdocs

$(VENV)-docs/ready: docs/requirements.txt
	$(PYTHON) -m venv --clear $(VENV)-docs
	$(VENV)-docs/bin/python -m pip install --quiet --require-hashes --requirement docs/requirements.txt
	touch $@

# Not part of `test`: it takes a quarter of an hour, and says nothing on a busy machine.
# ARGS goes to it: make bench ARGS='--aws-scripts PATH'
bench: $(VENV)-bench/ready
	$(VENV)-bench/bin/python bench/run.py $(ARGS)

$(VENV)-bench/ready: bench/requirements.txt
	$(PYTHON) -m venv --clear $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --require-hashes --requirement bench/requirements.txt
	touch $@

# How fast the page of 1,200 accounts in 21 Regions opens and scrolls; docs/report.md has the figures.
bench-page: $(VENV)/ready chromium
	cargo build --locked --release --package detective-fleet
	$(VENV)/bin/python bench/page.py $(ARGS)

clean:
	cargo clean
	rm -rf $(VENV) $(VENV)-ministack $(VENV)-bench $(VENV)-dist $(VENV)-docs
