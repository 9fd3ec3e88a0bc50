"""Starts MiniStack, stricter than it is: as AWS. It runs in MiniStack's own environment, with the version that is pinned there."""

import sys
from pathlib import Path

# Last: nothing of the tests may come before MiniStack's own.
sys.path.append(str(Path(__file__).parent))

from ministack.app import main  # noqa: E402

from as_aws import bucket, cbor, conditions, conflicts, gate, logs, mails, regions, sessions, stacks, stacksets, starts, steps, variables  # noqa: E402

for part in (bucket, cbor, conditions, conflicts, gate, logs, mails, regions, sessions, stacks, stacksets, starts, steps, variables):
    part.put_right()

main()
