"""Two officers for tests that need policies in force: what they do is what officers do, only quicker.

four_eyes = FourEyes(life)          # enrols anna and boris when the store has nobody
four_eyes.publish(text, "a.yaml")   # anna submits, boris approves what widens, anna publishes
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.evidence.jws import Signer
from gateway.ids import OperatorId
from gateway.inside.propose import Wish
from gateway.inside.publish import Published
from gateway.policy.approval.officers import Hand
from gateway.wiring.inside import Inside
from gateway.wiring.language import language
from gateway.wiring.life import Life


def hand(name: str, key: str | None = None) -> Hand:
    """Return an officer whose key follows from the name."""
    return Hand(name, Signer.of(Ed25519PrivateKey.from_private_bytes((key or name).encode().ljust(32, b"-"))))


LANGUAGE = replace(language(Path()), exceeds=lambda _policy: ())
"""Without a ceiling: what tests disclose is theirs to choose. `tests/unit/inside/test_publish.py` tries the ceiling."""

ANNA, BORIS, CAROL = hand("anna"), hand("boris"), hand("carol")


def life_of(inside: Any, outside: Any, now: Callable[[], datetime], operator: str = "aurora") -> Life:
    """Return the use cases over two opened stores."""
    return Life(inside, outside, OperatorId(operator), LANGUAGE, now, lambda _descriptor: frozenset())


@dataclass(frozen=True)
class FourEyes:
    """Two officers at the desk of one inside."""

    life: Life

    def enrol(self) -> None:
        """Enrol both, unless somebody is enrolled already."""
        with self.life.inside.read() as work:
            if work.office.officers.every():
                return
        for one in (ANNA, BORIS):
            self.life.officers().add(one.officer, f"person-{one.officer}", one.signer.key.public_key())

    def submit(self, text: str, file: str = "policy.yaml", wish: Wish | None = None) -> str:
        """Let anna submit a policy; return the id of the draft."""
        self.enrol()
        return self.life.proposer().submit(text, file, ANNA, wish).draft.id

    def publish(self, text: str, file: str = "policy.yaml", wish: Wish | None = None) -> Published:
        """Put a policy in force, approved by boris if it widens; return what was published for its first audience."""
        draft_id = self.submit(text, file, wish)
        if self.life.proposer().review(draft_id).draft.widens:
            self.life.proposer().approve(draft_id, BORIS)
        return self.life.publisher().publish(draft_id, ANNA)[0]


def four_eyes(inside: Inside) -> FourEyes:
    """Return the officers of a whole instance; no ceiling holds for them."""
    return FourEyes(replace(inside.life(), language=LANGUAGE))
