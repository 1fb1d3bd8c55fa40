"""No private key, and nothing that looks like one, is in the repository."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_SKIPPED = {
    ".git",
    ".venv",
    "node_modules",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
}
_PEM = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY" + rb"-----\s*[A-Za-z0-9+/=\r\n]{32}")
_JWK = re.compile(rb'"d"\s*:\s*"[A-Za-z0-9_-]{43,}"')
_PUTTY = re.compile(rb"PuTTY-User-Key-File-" + rb"\d")
_KEY_FILES = re.compile(r".*\.(key|p12|pfx|jks|keystore|key\.pem|master\.hex)$")


def committed_files() -> list[Path]:
    """Return what git tracks or would add; every file of the tree where there is no git."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
        return [ROOT / name.decode() for name in listed.split(b"\0") if name and (ROOT / name.decode()).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and not _SKIPPED & set(path.parts)]


def looks_private(path: Path, content: bytes) -> bool:
    return bool(_KEY_FILES.match(path.name) or any(p.search(content) for p in (_PEM, _JWK, _PUTTY)))


def test_k01_no_file_of_the_repository_is_a_private_key() -> None:
    files = committed_files()
    assert len(files) > 10
    assert [str(path.relative_to(ROOT)) for path in files if looks_private(path, path.read_bytes())] == []


@pytest.mark.parametrize("kind", ["PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"])
def test_a_planted_key_would_be_found(kind: str) -> None:
    planted = f"-----BEGIN {kind}-----\n{'MC4CAQAwBQYDK2VwBCIE' * 3}\n".encode()
    assert looks_private(Path("notes.txt"), b"see:\n" + planted)
    assert looks_private(Path("key.json"), b'{"kty":"OKP","d": "' + b"a" * 43 + b'"}')
    assert looks_private(Path("seal.key.pem"), b"")


def test_generated_keys_are_ignored_by_git() -> None:
    assert "generated/" in (ROOT / "keys" / ".gitignore").read_text().split()
