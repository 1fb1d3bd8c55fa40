"""Make the keys and certificates of one operator, for the demo or for a first trial.

    python keys/generate.py OUT --operator aurora --host 127.0.0.1 --host localhost

Writes `OUT/inside` and `OUT/outside`; never overwrites. `keys/README.md` says what each file is for.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # a checkout need not be installed

from gateway.errors import DemarcError
from gateway.ids import parse_operator_id
from gateway.keystore.instance import generate_all


def main(arguments: list[str] | None = None) -> int:
    """Write the files, and return the exit status."""
    parser = argparse.ArgumentParser(description="Make the keys and certificates of one operator.")
    parser.add_argument("out", type=Path, help="folder to write into")
    parser.add_argument("--operator", required=True, help="identifier of the operator, like aurora")
    parser.add_argument("--host", action="append", required=True, help="name or address of its listeners; repeatable")
    chosen = parser.parse_args(arguments)
    try:
        generate_all(chosen.out, parse_operator_id(chosen.operator), chosen.host, datetime.now(UTC))
    except DemarcError as error:
        sys.stderr.write(f"error[{error.code}]: {error}\n  help: {error.remedy}\n")
        return 1
    sys.stdout.write(f"wrote {chosen.out / 'inside'} and {chosen.out / 'outside'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
