"""From journal to sealed entries: no visible change, no entry; what is no longer to be seen is withdrawn."""

from __future__ import annotations

import pytest

from gateway.errors import StorageError
from gateway.evidence.checkpoint import open_checkpoint
from gateway.evidence.merkle import root_of
from gateway.evidence.stream import MAX_ENTRY_BYTES
from gateway.inside.disclose import CursorMoved
from tests.inside_side import ACME, NORTHLINK, SIGNER, alarm, opened, policy, resource, service


@pytest.fixture
def told(house):
    """Return an operator whose partner was told of one alarm."""
    house.publisher.publish(policy(), "test.yaml")
    house.take(service(), resource(), alarm())
    house.disclose()
    assert house.told() == [("alarm", "raised", {"state": "raised", "perceivedSeverity": "critical"})]
    return house


def test_without_a_policy_nobody_is_told_anything(house):
    house.take(service(), resource(), alarm())
    house.disclose()
    with house.store.read() as work:
        assert work.streams.states() == []


def test_a_change_that_cannot_be_seen_is_no_entry(told):
    told.take(alarm(alarmDetails="hidden"), alarm(probableCause="other"), alarm(alarmDetails="hidden again"))
    told.disclose()
    assert len(told.lines()) == 1
    told.take(alarm(alarmDetails="and more", perceivedSeverity="major"))
    told.disclose()
    assert told.told()[1:] == [("alarm", "changed", {"state": "raised", "perceivedSeverity": "major"})]


def test_an_alarm_about_somebody_elses_service_is_no_entry(told):
    told.take(resource("rt2.lon"), alarm("elsewhere", alarmedObject={"id": "rt2.lon"}))
    told.disclose()
    assert len(told.lines()) == 1


def test_an_alarm_is_one_record_from_its_beginning_to_its_end(told):
    told.take(alarm(state="cleared", perceivedSeverity="cleared", alarmClearedTime="2026-11-23T11:00:00Z"))
    told.disclose()
    first, last = told.entries()
    assert (last.event, last.subject) == ("cleared", first.subject)
    assert first.id != last.id


def test_neither_the_subject_nor_the_id_of_an_entry_says_which_record_it_is(told):
    line = told.lines()[0]
    for hidden in (b"alarm-1", b"rt1.par", b"svc-1", b"fanFailure"):
        assert hidden not in line


# --- withdrawal ------------------------------------------------------------------------------------------------------


def test_a_record_that_a_narrower_policy_hides_is_withdrawn(told):
    narrower = policy().replace("    fields:", '    when: record.perceivedSeverity == "minor"\n    fields:')
    told.publisher.publish(narrower, "test.yaml")
    told.disclose()
    first, last = told.entries()
    assert (last.event, last.data, last.subject, last.time) == ("withdrawn", {}, first.subject, None)
    told.take(alarm(perceivedSeverity="major"))
    told.disclose()
    assert len(told.lines()) == 2  # nothing was told any more, so nothing is withdrawn again


def test_a_policy_that_shows_other_attributes_changes_what_was_told(told):
    told.publisher.publish(policy("probableCause: keep"), "test.yaml")
    told.disclose()
    assert told.told()[1:] == [("alarm", "changed", {"state": "raised", "probableCause": "fanFailure"})]


def test_d60_when_a_service_changes_hands_both_views_change_at_once(told):
    told.publisher.publish(policy(audience="customer: acme"), "acme.yaml")
    told.disclose()
    assert told.told(ACME) == []
    told.take(service(party="acme", relatedParty=[{"id": "acme", "role": "customer"}]))
    told.disclose()
    assert [event for _, event, _ in told.told(NORTHLINK)] == ["raised", "withdrawn"]
    assert [event for _, event, _ in told.told(ACME)] == ["raised"]
    assert {one.subject for one in told.entries(ACME)}.isdisjoint(one.subject for one in told.entries(NORTHLINK))


def test_d62_nothing_is_withdrawn_from_whom_it_was_never_told(told):
    told.publisher.publish(policy("serviceAffecting: keep", audience="customer: acme"), "acme.yaml")
    told.take(alarm(state="cleared"))
    told.publisher.publish(policy(audience="customer: acme", record="service", fields="name: keep"), "acme.yaml")
    told.disclose()
    assert told.lines(ACME) == []


# --- the second barrier ----------------------------------------------------------------------------------------------


def test_a_record_that_names_what_is_hidden_ends_in_quarantine_and_not_in_the_stream(told):
    told.publisher.publish(policy("alarmDetails: keep"), "test.yaml")
    told.take(alarm("names", alarmDetails="fan of rt1.par failed"), alarm("clean", alarmDetails="a fan failed"))
    told.disclose()
    assert all(b"rt1" not in line for line in told.lines())
    assert [data.get("alarmDetails") for _, _, data in told.told()] == [None, None, "a fan failed"]
    ((source, reason, pointer, body),) = told.quarantine()
    assert (source, reason, pointer) == (f"egress:{NORTHLINK}", "name", "/alarmDetails")
    assert b"rt1.par" in body


def test_a_record_that_the_barrier_stopped_is_told_once_it_is_clean(told):
    told.publisher.publish(policy("alarmDetails: keep"), "test.yaml")
    told.take(alarm("names", alarmDetails="fan of rt1.par failed"))
    told.disclose()
    told.take(alarm("names", alarmDetails="fan replaced"))
    told.disclose()
    assert told.told()[-1] == ("alarm", "raised", {"state": "raised", "alarmDetails": "fan replaced"})


def test_an_entry_that_is_too_large_for_the_exchange_ends_in_quarantine(told):
    """Sealed, it would stop its stream for good: no step could ever carry it."""
    told.publisher.publish(policy('"comment[].comment": keep'), "test.yaml")
    told.disclose()
    before = len(told.lines())
    told.take(alarm("large", comment=[{"comment": f"{number} " + "x" * 2000} for number in range(60)]), alarm("small"))
    told.disclose()
    assert max(map(len, told.lines())) <= MAX_ENTRY_BYTES
    assert len(told.lines()) == before + 1
    assert len(told.quarantine()) == 1


# --- one batch is one transaction ------------------------------------------------------------------------------------


def test_every_segment_ends_with_a_checkpoint_over_all_entries(told):
    told.take(*(alarm(f"alarm-{number}") for number in range(2, 1300)))
    told.disclose()
    lines = told.lines()
    assert len(lines) == 1299
    with told.store.read() as work:
        step = work.streams.step_from("aurora/northlink", 0, 2000, 10**8)
    checkpoint = open_checkpoint(step.token, {SIGNER.key_id: SIGNER.key.public_key()})
    assert (checkpoint.size, checkpoint.root) == (1299, root_of(lines))
    assert (checkpoint.issuer, checkpoint.audience) == ("urn:demarc:operator:aurora", NORTHLINK)


def test_how_the_journal_is_cut_into_batches_changes_no_entry(house, tmp_path_factory):
    def play(one, batch_lines):
        one.discloser = one.new_discloser(batch_lines)
        one.publisher.publish(policy(), "test.yaml")
        one.take(
            service(), resource(), *(alarm(f"alarm-{number % 7}", alarmDetails=str(number)) for number in range(30))
        )
        one.publisher.publish(policy("probableCause: keep"), "test.yaml")
        one.take(*(alarm(f"alarm-{number % 7}", perceivedSeverity="minor") for number in range(10)))
        one.disclose()
        return one.lines()

    with opened(tmp_path_factory.mktemp("other")) as other:
        assert play(house, 1) == play(other, 500)


def test_a_restart_in_between_changes_no_entry(told):
    told.take(alarm(state="updated"))
    told.discloser = told.new_discloser()
    told.disclose()
    told.discloser = told.new_discloser()
    assert told.disclose() == 0
    assert [event for _, event, _ in told.told()] == ["raised", "changed"]


def test_of_a_batch_that_could_not_be_written_nothing_stays_and_nothing_is_lost(told, monkeypatch):
    told.take(alarm(perceivedSeverity="major"))

    def fail(*_args):
        raise StorageError("disk")

    with monkeypatch.context() as broken:
        broken.setattr("gateway.storage.inside.journal.SqlCursors.move", fail)
        with pytest.raises(StorageError):
            told.discloser.run_once()
    assert len(told.lines()) == 1
    told.disclose()
    assert [event for _, event, _ in told.told()] == ["raised", "changed"]


def test_a_second_process_on_the_same_store_is_noticed_and_tells_nothing_twice(told):
    second = told.new_discloser()
    assert second.run_once() is None
    told.take(alarm(perceivedSeverity="major"))
    assert second.run_once() is not None
    told.take(alarm(perceivedSeverity="minor"))
    with pytest.raises(CursorMoved):
        told.discloser.run_once()
    told.disclose()
    severities = [data["perceivedSeverity"] for _, _, data in told.told()]
    assert severities == ["critical", "major", "minor"]


def test_a_policy_without_records_withdraws_everything_and_tells_nothing_more(told):
    told.publisher.publish(policy().partition("records:")[0] + "records: {}\n", "test.yaml")
    told.take(alarm("later"))
    told.disclose()
    assert [event for _, event, _ in told.told()] == ["raised", "withdrawn"]
