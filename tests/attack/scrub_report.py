"""How much the scrubber lets out, and how much it spoils: `python -m tests.attack.scrub_report [how many mined]`.

A planted identifier has come out when a good part of it, as it was disguised or as it is, stands in the output.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from gateway.policy.text.names import NameScanner
from gateway.policy.text.scrub import Scrubber
from tests import mined, planted
from tests.conftest import VECTORS
from tests.disguises import ADDRESS_DISGUISES, DISGUISES, Disguise
from tests.planted import Identifier

Leak = tuple[str, str, str, str]
"""Kind, disguise, what was planted, what came out."""

_TOKEN = re.compile(r"\[[a-z]+\]")
SITES = frozenset(planted.INVENTORY["site"])
SCRUBBER = Scrubber(NameScanner([name for names in planted.INVENTORY.values() for name in names], SITES))


_WRAPPING = re.compile(r"\bnode\b|\bat\b|quot(?=;)")


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, _WRAPPING.sub(" ", text))).casefold()


def _longest_common(one: str, other: str) -> int:
    best, row = 0, [0] * (len(other) + 1)
    for left in one:
        row = [0, *(row[at] + 1 if left == right else 0 for at, right in enumerate(other))]
        best = max(best, *row)
    return best


def has_come_out(identifier: Identifier, disguise: Disguise, output: str, before: str, after: str) -> bool:
    """Tell whether the output says what was planted between `before` and `after`."""
    rest = _bare(_TOKEN.sub(" ", output).removeprefix(before).removesuffix(after.lstrip(" ,.")))
    lead = _bare(disguise(identifier.lead)) if identifier.lead else ""
    if lead:
        rest = rest.replace(lead, "", 1).replace(lead[::-1], "", 1)
    for secret in {_bare(identifier.secret), _bare(disguise(identifier.secret))} - {""}:
        if _longest_common(secret, rest) >= min(4, len(secret)):
            return True
    return False


def leaks(
    identifiers: Iterable[Identifier], disguises: dict[str, Disguise], scrubber: Scrubber = SCRUBBER
) -> Iterator[Leak]:
    """Plant each identifier in each disguise, in one sentence after the other, and yield those that come out."""
    for turn, identifier in enumerate(identifiers):
        for number, (name, disguise) in enumerate(disguises.items()):
            before, after = planted.SENTENCES[(turn + number) % len(planted.SENTENCES)]
            output = scrubber.scrub(f"{before}{disguise(identifier.text)}{after}")
            if output is not None and has_come_out(identifier, disguise, output, before, after):
                yield identifier.kind, name, disguise(identifier.text), output


def addresses(texts: Iterable[str]) -> list[Identifier]:
    """Return the plain IPv4 addresses among `texts`, for the disguises that only they have."""
    octets = (text for text in texts if re.fullmatch(r"(?:\d{1,3}\.){3}\d{1,3}", text))
    return [Identifier("address", text) for text in octets if all(int(part) < 256 for part in text.split("."))]


def mined_identifiers(vectors: Path, count: int) -> list[Identifier]:
    """Return up to `count` mined identifiers, as many of each kind."""
    dice = random.Random(36)
    found = mined.identifiers(vectors)
    share = max(1, count // len(found))
    return [
        Identifier(f"mined {kind}", text)
        for kind, texts in found.items()
        for text in dice.sample(texts, min(share, len(texts)))
    ]


def unharmed(sentences: Iterable[str], scrubber: Scrubber = SCRUBBER) -> tuple[int, list[tuple[str, str | None]]]:
    """Return how many sentences come out as they are, and the others with what comes out."""
    pairs = [(sentence, scrubber.scrub(sentence)) for sentence in sentences]
    spoilt = [(sentence, output) for sentence, output in pairs if output != sentence]
    return len(pairs) - len(spoilt), spoilt


def whole_outputs(vectors: Path) -> Iterator[tuple[str, str]]:
    """Scrub each router output and notice as a whole; yield its name with each mined identifier that comes out."""
    found = mined.identifiers(vectors)
    names = {
        name for kind, listed in found.items() for name in listed if kind != "autonomous system" or " " not in name
    }
    for name, text in (*mined.router_outputs(vectors), *mined.notices(vectors)):
        output = SCRUBBER.scrub(text)
        words = set(re.split(r"[\s,;()=\"'<>]+", output or ""))
        yield from ((name, word) for word in words & names)


def report(count: int) -> Iterator[str]:
    """Yield both numbers, and what is behind them."""
    has_vectors = VECTORS.is_dir()
    identifiers = [*planted.identifiers(), *(mined_identifiers(VECTORS, count) if has_vectors else ())]
    octets = addresses(one.text for one in identifiers)
    found = [*leaks(identifiers, DISGUISES), *leaks(octets, ADDRESS_DISGUISES)]
    total = len(identifiers) * len(DISGUISES) + len(octets) * len(ADDRESS_DISGUISES)
    disguises = len(DISGUISES) + len(ADDRESS_DISGUISES)
    yield f"planted {len(identifiers)} identifiers in {disguises} disguises: {len(found)} of {total} came out"
    for (kind, disguise), times in Counter(leak[:2] for leak in found).most_common(40):
        first = next(ascii(leak[2:]) for leak in found if leak[:2] == (kind, disguise))
        yield f"  {times:4} {kind}, {disguise}: {first}"
    sources = {"hand-written": planted.CLEAN, "of notices": mined.clean_sentences(VECTORS) if has_vectors else ()}
    for title, sentences in sources.items():
        kept, spoilt = unharmed(sentences)
        share = kept / max(1, len(sentences))
        yield f"clean sentences {title}: {kept} of {len(sentences)} unharmed ({share:.1%})"
        yield from (f"  - {sentence}\n    {output}" for sentence, output in spoilt[:40])
    if has_vectors:
        out = list(whole_outputs(VECTORS))
        yield f"whole router outputs and notices: {len(out)} mined identifiers came out {out[:20]}"


if __name__ == "__main__":
    for line in report(int(sys.argv[1]) if len(sys.argv) > 1 else 400):
        print(line, flush=True)  # noqa: T201
