"""An operator with two officers and one partner, and what its officers do, for tests of the life of a policy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.policy.approval.officers import Hand
from gateway.policy.language.document import digest
from gateway.policy.reading.parser import parse
from tests.inside_side import House, alarm, opened, policy, resource, service
from tests.officers import ANNA, BORIS

NARROW = policy("perceivedSeverity: keep")
NARROWER = policy("state: keep").replace("      state: keep\n", "", 1)
WIDE = NARROW + "      probableCause: keep\n"
OTHER = NARROW + "      alarmType: keep\n"


@contextmanager
def opened_house(folder: Path) -> Iterator[House]:
    """Open an operator that tells northlink the severity of alarms, with anna and boris as officers."""
    with opened(folder) as found:
        found.take(service(), resource(), alarm())
        found.publisher.publish(NARROW)
        found.disclose()
        yield found


def submit(house: House, text: str = WIDE, by: Hand = ANNA) -> str:
    return house.life.proposer().submit(text, "wide.yaml", by).draft.id


def approve(house: House, draft_id: str, by: Hand = BORIS) -> None:
    house.life.proposer().approve(draft_id, by)


def publish(house: House, draft_id: str, by: Hand = ANNA) -> None:
    house.life.publisher().publish(draft_id, by)


def in_force(house: House) -> str:
    house.disclose()
    with house.store.read() as work:
        [active] = work.policies.active()
    return said(active.text)


def said(text: str) -> str:
    """Return what tells two policies apart, whatever their layout."""
    return digest(parse(text, "policy.yaml"))
