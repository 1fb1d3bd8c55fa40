"""The ports of the inside store: journal, quarantine, records, disclosures, cursors, policies, partners' records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.errors import StorageError
from gateway.ports import ActivePolicy, Foreign, Kept, NewLine

MOMENT = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
NORTHLINK, ACME = "urn:demarc:operator:northlink", "urn:demarc:customer:acme"


def line(number, kind="record"):
    return NewLine(kind, "http", b"key %d" % number, b"digest %d" % number, b"body \x00\xff %d" % number)


def kept(body, since=0):
    return Kept(body, MOMENT + timedelta(microseconds=since))


def journal(house, first, end):
    with house.write() as work:
        work.journal.append([line(number) for number in range(first, end)], MOMENT)


class TestJournal:
    def test_lines_come_out_in_the_order_in_which_they_went_in(self, inside):
        journal(inside, 0, 700)
        journal(inside, 700, 1200)
        inside.restart()
        with inside.read() as work:
            lines = work.journal.after(0, 5000)
        assert [one.body for one in lines] == [line(number).body for number in range(1200)]
        assert [one.position for one in lines] == sorted({one.position for one in lines})
        assert {(one.kind, one.received_at) for one in lines} == {("record", MOMENT)}

    def test_reading_goes_on_where_it_stopped(self, inside):
        journal(inside, 0, 10)
        with inside.read() as work:
            first = work.journal.after(0, 4)
            rest = work.journal.after(first[-1].position, 100)
            assert [one.body for one in (*first, *rest)] == [line(number).body for number in range(10)]
            assert work.journal.after(work.journal.end(), 100) == []
            assert work.journal.end() == rest[-1].position

    def test_an_empty_journal_ends_at_zero(self, inside):
        with inside.write() as work:
            work.journal.append([], MOMENT)
            assert (work.journal.end(), work.journal.after(0, 10)) == (0, [])

    def test_positions_only_grow_also_after_a_batch_that_failed(self, inside):
        journal(inside, 0, 3)
        with pytest.raises(ZeroDivisionError), inside.write() as work:  # noqa: PT012 - the unit of work is what fails
            work.journal.append([line(3)], MOMENT)
            raise ZeroDivisionError
        with inside.read() as work:
            end = work.journal.end()
        journal(inside, 4, 6)
        with inside.read() as work:
            assert [one.body for one in work.journal.after(end, 10)] == [line(4).body, line(5).body]

    def test_known_keys_are_found_among_many_and_with_repeats(self, inside):
        journal(inside, 0, 1100)
        asked = [line(number).key for number in range(-5, 1200)]
        with inside.read() as work:
            known = work.journal.known([*asked, *asked])
            assert known == {line(number).key: line(number).digest for number in range(1100)}
            assert work.journal.known([]) == {}

    def test_the_same_key_twice_is_refused_and_nothing_of_the_batch_stays(self, inside):
        journal(inside, 0, 1)
        with pytest.raises(StorageError):
            journal(inside, -2, 2)
        with inside.read() as work:
            assert len(work.journal.after(0, 10)) == 1


class TestQuarantine:
    def test_what_is_kept_is_kept_whole_and_read_newest_first(self, inside):
        with inside.write() as work:
            for number in range(5):
                moment = MOMENT + timedelta(seconds=number)
                work.quarantine.add("http", "must be an object", f"/{number}", b"\x00\xff%d" % number, moment)
        inside.restart()
        with inside.read() as work:
            found = work.quarantine.newest(3)
            assert [one.body for one in found] == [b"\x00\xff4", b"\x00\xff3", b"\x00\xff2"]
            newest = found[0]
            assert (newest.source, newest.reason, newest.pointer) == ("http", "must be an object", "/4")
            assert newest.noticed_at == MOMENT + timedelta(seconds=4)
            assert work.quarantine.count() == 5

    def test_the_same_thing_twice_is_kept_twice(self, inside):
        with inside.write() as work:
            for _ in range(2):
                work.quarantine.add("http", "", "", b"", MOMENT)
            assert work.quarantine.count() == 2


class TestLatest:
    def test_a_newer_version_replaces_the_former(self, inside):
        with inside.write() as work:
            work.latest.put({("alarm", "a"): kept(b"1"), ("service", "a"): kept(b"2")})
        with inside.write() as work:
            work.latest.put({("alarm", "a"): kept(b"3")})
            work.latest.put({})
        inside.restart()
        with inside.read() as work:
            assert (work.latest.get("alarm", "a"), work.latest.get("service", "a")) == (b"3", b"2")
            assert work.latest.get("alarm", "b") is None

    def test_many_records_of_a_type_come_by_id(self, inside):
        ids = [f"id-{number:05}" for number in range(1234)]
        with inside.write() as work:
            work.latest.put({("alarm", identifier): kept(identifier.encode()) for identifier in reversed(ids)})
            work.latest.put({("service", "s"): kept(b"s"), ("resource", "r"): kept(b"r")})
        with inside.read() as work:
            found = list(work.latest.every("alarm"))
            assert list(work.latest.every("service")) == [b"s"]
        assert found == [identifier.encode() for identifier in ids]

    def test_a_record_has_the_time_at_which_it_was_taken_to_the_microsecond(self, inside):
        with inside.write() as work:
            work.latest.put({("alarm", "a"): kept(b"1", 1), ("alarm", "b"): kept(b"2")})
            work.latest.put({("alarm", "a"): kept(b"3", 7)})
        with inside.read() as work:
            assert list(work.latest.versions("alarm")) == [kept(b"3", 7), kept(b"2")]

    def test_some_records_are_found_among_many_and_those_that_are_not_there_are_not(self, inside):
        ids = [f"id-{number:05}" for number in range(1100)]
        with inside.write() as work:
            work.latest.put({("alarm", one): kept(one.encode()) for one in ids} | {("service", "s"): kept(b"s")})
            asked = [("alarm", one) for one in (*ids, "missing")] + [("service", "s"), ("resource", "s")]
            assert dict(work.latest.some(asked)) == {
                **{("alarm", one): kept(one.encode()) for one in ids},
                ("service", "s"): kept(b"s"),
            }
            assert work.latest.some([]) == {}

    def test_ids_of_every_kind_come_once_each_in_the_order_of_their_codes(self, inside):
        ids = [
            f"{prefix}{number}"
            for prefix in ("a", "A", "-", "é", "_", "~", "\U0001f600", "a b")
            for number in range(130)
        ]
        with inside.write() as work:
            work.latest.put({("alarm", identifier): kept(identifier.encode()) for identifier in ids})
        with inside.read() as work:
            assert list(work.latest.every("alarm")) == list(map(str.encode, sorted(ids)))


class TestCursors:
    def test_a_cursor_stands_at_zero_until_it_is_moved_and_then_where_it_was_put(self, inside):
        with inside.write() as work:
            assert work.cursors.get("disclose") == 0
            work.cursors.move("disclose", 5)
            work.cursors.move("disclose", 2**53)
            work.cursors.move("other", 1)
        inside.restart()
        with inside.read() as work:
            assert (work.cursors.get("disclose"), work.cursors.get("other")) == (2**53, 1)


class TestPolicies:
    def test_one_policy_is_in_force_for_each_audience(self, inside):
        former, newer = (ActivePolicy(NORTHLINK, f"d{number}", f"text {number} é\n", number) for number in (1, 2))
        other = ActivePolicy(ACME, "d3", "text", 3)
        with inside.write() as work:
            assert work.policies.active() == []
            for policy in (former, other, newer):
                work.policies.activate(policy)
        inside.restart()
        with inside.read() as work:
            assert work.policies.active() == [other, newer]


class TestForeignRecords:
    def test_the_newest_entry_of_a_record_replaces_the_former(self, inside):
        def foreign(index, subject="s", origin="aurora"):
            return Foreign(origin, "alarm", subject, "changed", index, b"data %d" % index)

        with inside.write() as work:
            work.foreign.put([foreign(0), foreign(1, "t"), foreign(2, origin="zeta")])
            work.foreign.put(iter([foreign(3)]))
            work.foreign.put([])
        inside.restart()
        with inside.read() as work:
            assert work.foreign.newest(10) == [foreign(3), foreign(2, origin="zeta"), foreign(1, "t")]
            assert work.foreign.newest(1) == [foreign(3)]
            assert work.foreign.count() == 3


class TestPartners:
    def test_a_partner_is_found_while_it_is_enabled(self, either):
        with either.write() as work:
            work.partners.put("northlink", b"one", enabled=True)
            work.partners.put("aurora", b"two", enabled=True)
            work.partners.put("northlink", b"three", enabled=True)
        either.restart()
        with either.read() as work:
            assert work.partners.every() == {"aurora": b"two", "northlink": b"three"}
            assert (work.partners.get("northlink"), work.partners.get("nobody")) == (b"three", None)
        with either.write() as work:
            work.partners.put("northlink", b"three", enabled=False)
        with either.read() as work:
            assert (work.partners.get("northlink"), list(work.partners.every())) == (None, ["aurora"])
