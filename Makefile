# `make test` checks everything, on a machine that has Rust, a C compiler and Python 3.11 or later.
# What it installs goes into .venv and .venv-ministack (for `make bench`: .venv-bench); CARGO_TARGET_DIR is honoured.

PYTHON ?= python3
VENV   := .venv
PYTEST := $(VENV)/bin/python -m pytest

.PHONY: test lint unit fuzz end-to-end e2e-full package bench clean

test: lint unit fuzz end-to-end

lint:
	cargo fmt --check
	cargo clippy --workspace --locked --all-targets -- -D warnings
	@# With everything that can be left out; what the two have in common is not looked at again.
	cargo clippy --workspace --locked --all-targets --all-features -- -D warnings
	@# One implementation of cryptography is enough; this one is C, and slow to build.
	! grep 'name = "aws-lc' Cargo.lock
	@# The function has no business there, and every SDK makes it start later.
	! cargo tree --locked --package lambda --edges normal | grep -E 'aws-sdk-(cloudformation|guardduty)'

unit:
	cargo test --workspace --locked

# Hostile requests to the sandbox. For an hour: make fuzz TIME=for_an_hour
TIME := for_a_minute
fuzz:
	cargo test --locked --package sandbox --test wire -- --ignored --exact fuzz::$(TIME)

# The command as a user has it, black box: exit status, stdout and stderr against the contracts;
# and the AWS form as a user deploys it, on an emulated AWS.
# ARGS goes to pytest: make end-to-end ARGS='-k rehearse -x'
end-to-end: $(VENV)/ready $(VENV)-ministack/ready
	cargo build --locked --package detective-fleet --package lambda --features detective-fleet/stacksets
	$(PYTEST) tests $(ARGS)

# What takes longer than every change can wait for: 1,200 accounts in every Region, and each permission taken away.
e2e-full: $(VENV)/ready $(VENV)-ministack/ready
	cargo build --locked --package detective-fleet --package lambda --features detective-fleet/stacksets
	$(PYTEST) tests -m full $(ARGS)

# The stamp comes last, so that an installation that broke off is done again.
$(VENV)/ready: tests/requirements.txt
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install --quiet --requirement tests/requirements.txt
	touch $@

$(VENV)-ministack/ready: tests/requirements-ministack.txt
	$(PYTHON) -m venv --clear $(VENV)-ministack
	$(VENV)-ministack/bin/python -m pip install --quiet --requirement tests/requirements-ministack.txt
	touch $@

# The function for AWS, where deploy/security-account.yaml names it.
package:
	deploy/package.sh

# Not part of `test`: it takes a quarter of an hour, and says nothing on a busy machine.
# ARGS goes to it: make bench ARGS='--aws-scripts PATH'
bench: $(VENV)-bench/ready
	$(VENV)-bench/bin/python bench/run.py $(ARGS)

$(VENV)-bench/ready: bench/requirements.txt
	$(PYTHON) -m venv --clear $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --requirement bench/requirements.txt
	touch $@

clean:
	cargo clean
	rm -rf $(VENV) $(VENV)-ministack $(VENV)-bench
