"""Find the data folders that belong to the code: `schemas`, `policies`, `keys`.

In a checkout they stand beside the package; a wheel carries them inside it. This module only names folders.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """Return the folder called `name`; raise FileNotFoundError when this installation lacks it."""
    for candidate in (_PACKAGE / "_bundled" / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"this installation of demarc has no folder {name!r}; install it again")
