"""The reference page shows what the loader says, word by word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.policy.language.findings import PolicyRefused
from gateway.policy.reading.load import load

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "policy-language.md").read_text(encoding="utf-8")
MISTAKES = re.findall(
    r"^\*\*(.+?)\*\*\n\n```yaml mistake\n(.*?)^```\n\n```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL
)
[HEAD] = re.findall(r"^```yaml\n(apiVersion.*?name: mistakes.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("title", "text", "said"), MISTAKES, ids=[title for title, _, _ in MISTAKES])
def test_the_page_says_what_the_loader_says(title: str, text: str, said: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        load(HEAD + text, "policy.yaml")
    found = [
        f"{one.file}:{one.line}:{one.column}: {one.code}: {one.message}\n  help: {one.remedy}\n"
        for one in refused.value.findings
    ]
    assert "".join(found) == said, title


def test_the_page_has_mistakes_of_every_kind() -> None:
    assert len(MISTAKES) >= 14
