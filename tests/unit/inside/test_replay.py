"""The replay of the journal under two policies, held against counting by hand and against what is really told."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.ids import AudienceId, OperatorId, RecordTypeName
from gateway.inside.replay import Replayed, replay
from gateway.policy.language.document import DisclosurePolicy
from gateway.policy.reading.load import load
from tests.inside_side import NOW, House, alarm, opened, policy, resource, service


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path) as made:
        yield made


def document(text: str) -> DisclosurePolicy:
    [made] = load(text, "policy.yaml")
    return made


def replayed(house: House, old: str | None, new: str | None, since: timedelta = timedelta(days=30)) -> Replayed:
    return replay(
        house.store, OperatorId("aurora"), b"m" * 32, old and document(old), new and document(new), house.now - since
    )


ALARM = RecordTypeName("alarm")


def test_counts_are_those_of_records_and_not_of_their_versions(house: House) -> None:
    house.take(resource(), service(), alarm("a-1"), alarm("a-1", perceivedSeverity="major"), alarm("a-2"))
    found = replayed(house, policy(), policy("perceivedSeverity: keep\n      alarmType: keep"))
    assert found.lines == 5
    assert (len(found.shown), len(found.withheld), len(found.altered)) == (0, 0, 2)
    assert found.fields == {(ALARM, "alarmType"): 2}


def test_a_policy_in_the_place_of_none_shows_all_of_it_and_back(house: House) -> None:
    house.take(resource(), service(), alarm("a-1"), alarm("a-2"))
    coming, going = replayed(house, None, policy()), replayed(house, policy(), None)
    assert {key[1] for key in coming.shown} == {"a-1", "a-2"} == {key[1] for key in going.withheld}
    assert coming.fields == going.fields == {(ALARM, path): 2 for path in ("id", "perceivedSeverity", "state")}


def test_the_same_policy_changes_nothing(house: House) -> None:
    house.take(resource(), service(), alarm("a-1"))
    found = replayed(house, policy(), policy())
    assert (found.shown, found.withheld, found.altered, found.fields) == (set(), set(), set(), {})


def test_older_lines_make_the_network_and_are_not_counted(house: House) -> None:
    house.now = NOW - timedelta(days=40)
    house.take(resource(), service(), alarm("old"))
    house.now = NOW
    house.take(alarm("new"))
    found = replayed(house, None, policy())
    assert found.lines == 1
    assert {key[1] for key in found.shown} == {"new"}


def test_what_belongs_to_somebody_else_is_not_counted(house: House) -> None:
    house.take(resource(), service(party="southlink"), alarm("a-1"))
    assert replayed(house, None, policy()).shown == set()
    other = replayed(house, None, policy(audience="operator: southlink"))
    assert other.audience == AudienceId("urn:demarc:operator:southlink")
    assert len(other.shown) == 1


def test_a_validity_that_has_ended_withholds(house: House) -> None:
    house.take(resource(), service(), alarm("a-1"))
    ended = policy().replace("records:", "agreement: {valid: {until: 2026-11-22}}\nrecords:")
    assert len(replayed(house, policy(), ended).withheld) == 1


def test_nothing_is_written(house: House) -> None:
    house.take(resource(), service(), alarm("a-1"))

    def stored() -> dict[str, bytes]:
        # The index of the write-ahead log is shared memory: readers note themselves in it.
        return {file.name: file.read_bytes() for file in house.folder.iterdir() if file.suffix != ".db-shm"}

    before = stored()
    replayed(house, None, policy())
    assert stored() == before


@pytest.mark.parametrize("seed", range(2))
def test_it_counts_what_two_operators_would_really_have_been_told(seed: int, tmp_path: Path) -> None:
    """Two houses take the same records, each under one of the policies; what their streams tell is the truth."""
    dice = random.Random(seed)
    old = policy("perceivedSeverity: keep\n      alarmRaisedTime: {truncate: hour}")
    new = policy("alarmRaisedTime: keep").replace(
        "  alarm:\n", "  alarm:\n    when: record.perceivedSeverity != 'minor'\n"
    )
    told: list[dict[str, list[dict[str, Any]]]] = []
    records = [_random_alarm(dice) for _ in range(14)]
    found = None
    for number, text in enumerate((old, new)):
        (tmp_path / str(number)).mkdir()
        with opened(tmp_path / str(number)) as house:
            house.publisher.publish(text, "policy.yaml")
            house.take(resource(), service())
            house.disclose()
            told.append({})
            for record in records:
                house.take(record)
                house.disclose()
                _note(told[-1], record["id"], house)
            found = replayed(house, old, new)
    assert found is not None
    truth = {"shown": set(), "withheld": set(), "altered": set()}
    for identifier in {record["id"] for record in records}:
        for before, after in zip(told[0][identifier], told[1][identifier], strict=True):
            if before != after:
                kind = "shown" if not before else "withheld" if not after else "altered"
                truth[kind].add(identifier)
    assert {name: {key[1] for key in getattr(found, name)} for name in truth} == truth


def _random_alarm(dice: random.Random) -> dict[str, Any]:
    return alarm(
        f"a-{dice.randrange(4)}",
        perceivedSeverity=dice.choice(["critical", "minor", "major"]),
        alarmRaisedTime=f"2026-11-23T{dice.randrange(10, 12)}:00:0{dice.randrange(3)}Z",
        additional=dice.random(),
    )


def _note(told: dict[str, list[dict[str, Any]]], identifier: str, house: House) -> None:
    """Remember what the audience knows of a record now; the pseudonym is the same in both houses."""
    from gateway.policy.transforms.pseudonym import Pseudonymiser, derive_audience_key

    audience = AudienceId("urn:demarc:operator:northlink")
    token = Pseudonymiser(derive_audience_key(b"m" * 32, audience)).token("alarm", identifier)
    entries = [entry for entry in house.entries() if entry.subject.endswith(token)]
    last = entries[-1] if entries else None
    told.setdefault(identifier, []).append({} if last is None or "state" not in last.data else dict(last.data))
