"""The acts hold together: whatever is changed, left out, put in or cut off is found."""

from __future__ import annotations

import sqlite3

import pytest

from gateway.inside.audit import ActsAltered, verify
from tests.inside_side import policy
from tests.officers import ANNA


@pytest.fixture
def acted(house):
    """Return an operator whose officers did something."""
    house.publisher.publish(policy())
    house.life.stopper().stop("urn:demarc:operator:northlink", ANNA, "a reason")
    return house


def head(house):
    with house.store.read() as work:
        last = work.office.acts.last()
    return f"{last.number}:{last.digest.hex()}"


def test_untouched_acts_hold(acted):
    found = verify(acted.store, head(acted))
    assert (found.count, found.signatures) == (6, 4)


def test_a_store_without_acts_holds(house):
    assert verify(house.store).count == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE act SET officer = 'boris' WHERE number = 5",
        "UPDATE act SET officer = NULL WHERE number = 6",
        "UPDATE act SET at = '2020-01-01T00:00:00+00:00' WHERE number = 4",
        "UPDATE act SET kind = 'policy.resume' WHERE number = 6",
        "UPDATE act SET body = replace(body, 'a reason', 'no reason') WHERE number = 6",
        "DELETE FROM act WHERE number = 1",
        "DELETE FROM act WHERE number = 4",
        "UPDATE act SET number = number + 10",
    ],
)
def test_a_change_is_found(acted, statement):
    with sqlite3.connect(acted.folder / "inside.db") as raw:
        raw.executescript("DROP TRIGGER act_no_update; DROP TRIGGER act_no_delete;")
        raw.execute(statement.replace("replace(body", "replace(CAST(body AS TEXT)"))
        raw.execute("UPDATE act SET body = CAST(body AS BLOB)")
    raw.close()
    with pytest.raises(ActsAltered):
        verify(acted.store)


def test_a_forged_signature_is_found_even_if_the_chain_was_made_anew(acted):
    with acted.store.write() as work:
        work.office.acts.append("policy.resume", "boris", acted.now, {"audience": "x", "signature": "a.b.c"})
    with pytest.raises(ActsAltered, match="not signed by boris"):
        verify(acted.store)


def test_an_end_that_was_cut_off_is_found_by_who_noted_the_head(acted):
    noted = head(acted)
    with sqlite3.connect(acted.folder / "inside.db") as raw:
        raw.executescript("DROP TRIGGER act_no_delete; DELETE FROM act WHERE number = 6;")
    raw.close()
    assert verify(acted.store).count == 5
    with pytest.raises(ActsAltered, match="older"):
        verify(acted.store, noted)
