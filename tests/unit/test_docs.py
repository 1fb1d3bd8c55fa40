"""The documentation is true where a machine can tell: links, commands, policies, decisions, nothing of this machine."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from typer.main import get_command

from gateway.cli.main import app
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.reading.parser import parse

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(path for name in ("docs", "docker", "keys", "policies") for path in (ROOT / name).rglob("*.md")),
    ]
)
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
HEADINGS = ["Status", "Context", "Options", "Decision", "Consequences"]

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
POLICY = re.compile(r"^```yaml policy\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"demarc((?: [a-z][a-z-]*)+)")


def of_root(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as renderers make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=of_root)
def test_every_relative_link_leads_somewhere(page):
    broken = []
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        path, _, anchor = unquote(target).partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        aim = (page.parent / path).resolve() if path else page
        if not aim.exists() or (anchor and anchor not in anchors(aim)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=of_root)
def test_every_page_can_be_reached_from_the_map(page):
    documents = ROOT / "docs"
    mapped = {
        (documents / target.partition("#")[0]).resolve()
        for target in LINK.findall((documents / "README.md").read_text())
    }
    assert page == documents / "README.md" or page in mapped or page.parent in mapped


def commands() -> set[str]:
    """Return every command of the program that does something, as one types it."""

    def walk(command: Any, path: str) -> Iterator[str]:
        below = getattr(command, "commands", {})
        if path and (not below or command.invoke_without_command):
            yield path
        for name, one in below.items():
            yield from walk(one, f"{path} {name}".strip())

    return set(walk(get_command(app), ""))


def test_the_reference_describes_exactly_the_commands_that_there_are():
    text = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## `demarc ([a-z-]+(?: [a-z-]+)*)", text, re.MULTILINE)
    assert sorted(headings) == sorted(commands())


def test_the_reference_names_every_option():
    text = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)
    missing = []
    for path in commands():
        command = get_command(app)
        for name in path.split():
            command = command.commands[name]
        section = next((one for one in sections if re.match(rf"`demarc {path}[` ]", one)), "")
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        missing += [
            f"{path} {option}"
            for option in options - {"--home", "--help"}
            if f"`{option}" not in section.replace("\n", " ")
        ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=of_root)
def test_every_command_in_the_documentation_exists(page):
    known = commands()
    groups = {" ".join(path.split()[:count]) for path in known for count in range(1, len(path.split()) + 1)}
    unknown = []
    for block in re.findall(r"```sh\n(.*?)```|`(demarc [^`]+)`", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in "".join(block).splitlines():
            for words in COMMAND.findall(line.partition("#")[0]):
                told = words.split()
                if not any(" ".join(told[:count]) in known | groups for count in (1, 2)):
                    unknown.append(line)
    assert unknown == []


def test_every_policy_in_the_guide_passes_the_checker():
    text = (ROOT / "docs" / "how-to" / "write-a-policy.md").read_text(encoding="utf-8")
    policies = POLICY.findall(text)
    assert len(policies) >= 4
    assert len(policies) == len(re.findall(r"^```yaml", text, re.MULTILINE)), "every YAML block of the page is a policy"
    for number, policy in enumerate(policies):
        compile_policy(parse(policy, f"policy {number} of write-a-policy.md"))


def test_the_reference_lists_every_transform_and_class():
    from gateway.policy.reading.rules import TRANSFORMS
    from gateway.policy.transforms import UNITS
    from gateway.policy.transforms.pseudonym import PREFIXES

    text = (ROOT / "docs" / "reference" / "policy-language.md").read_text(encoding="utf-8")
    wanted = [*TRANSFORMS, "rename", *UNITS, *PREFIXES]
    assert [name for name in wanted if not re.search(rf"`\{{?{name}\b", text)] == []


@pytest.mark.parametrize("decision", DECISIONS, ids=of_root)
def test_decisions_are_short_and_have_their_five_parts(decision):
    lines = decision.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60
    assert re.fullmatch(r"[0-9]{4}-[a-z0-9-]+\.md", decision.name)
    assert lines[0].startswith(f"# {decision.name[:4]} ")
    headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    kinds = [next((kind for kind in HEADINGS if heading.startswith(kind)), heading) for heading in headings]
    assert list(dict.fromkeys(kinds)) == HEADINGS
    assert len(re.findall(r"Good: .+?Bad: ", " ".join(lines))) >= 2


def test_decisions_are_numbered_without_a_gap():
    assert [int(decision.name[:4]) for decision in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def tracked() -> list[Path]:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


_FOLDERS = r"(?<![\w.$~}/-])/(?:work|root|Users|home/[a-z]+)/|/opt/(?:pypi|wheels)|/tmp/(?:probe|spec)"
_REGISTRIES = r"\b(?:pypi|pythonhosted|registry\.npmjs|ghcr|docker|quay|gcr)\.(?:org|com|io|dev)\b"
_OPTIONS = r"--(?:(?:extra-)?index|find|trusted)-(?:url|links|host)"
OF_A_MACHINE = re.compile(f"{_FOLDERS}|{_REGISTRIES}|{_OPTIONS}")


def test_no_tracked_file_names_this_machine_or_a_package_registry():
    found = []
    for path in set(tracked()) - {Path(__file__).resolve()}:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{of_root(path)}: {match[0]}" for match in OF_A_MACHINE.finditer(text)]
    assert found == []
