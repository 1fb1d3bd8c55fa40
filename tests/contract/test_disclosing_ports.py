"""The ports of disclosure: what was told, what waits for its time, what was stopped, which names there were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.ports import Version, Withheld

MOMENT = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
NORTHLINK, ACME = "urn:demarc:operator:northlink", "urn:demarc:customer:acme"
KEY = (NORTHLINK, "alarm", "a")


class TestDisclosed:
    def test_who_knows_of_a_record_is_found_among_many_and_forgotten_when_it_is_withdrawn(self, inside):
        keys = [(audience, "alarm", f"a{number}") for audience in (NORTHLINK, ACME) for number in range(600)]
        with inside.write() as work:
            work.disclosed.put({key: repr(key).encode() for key in keys})
        with inside.write() as work:
            work.disclosed.put({keys[0]: None, keys[1]: b"new", (ACME, "alarm", "never told"): None})
        inside.restart()
        with inside.read() as work:
            asked = [("alarm", f"a{number}") for number in range(700)] * 2 + [("service", "a1")]
            found = work.disclosed.of_records(asked)
            assert {(audience, *key): digest for key, known in found.items() for audience, digest in known.items()} == {
                key: repr(key).encode() for key in keys[1:]
            } | {keys[1]: b"new"}
            assert work.disclosed.of_records([]) == {}

    def test_one_record_is_found_as_many_are(self, inside):
        with inside.write() as work:
            work.disclosed.put({KEY: b"1", (ACME, "alarm", "a"): b"2", (ACME, "service", "a"): b"3"})
            assert work.disclosed.of_records([("alarm", "a")]) == {("alarm", "a"): {NORTHLINK: b"1", ACME: b"2"}}
            assert work.disclosed.of_records([("alarm", "b")]) == {}

    def test_what_an_audience_knows_is_its_own_in_a_stable_order(self, inside):
        with inside.write() as work:
            work.disclosed.put({(NORTHLINK, "service", "s"): b"x", (NORTHLINK, "alarm", "b"): b"y"})
            work.disclosed.put({(NORTHLINK, "alarm", "a"): b"z", (ACME, "alarm", "c"): b"x"})
        with inside.read() as work:
            known = work.disclosed.of_audience(NORTHLINK)
            assert list(known.items()) == [(("alarm", "a"), b"z"), (("alarm", "b"), b"y"), (("service", "s"), b"x")]
            assert work.disclosed.of_audience("urn:demarc:operator:nobody") == {}

    def test_keys_that_read_the_same_side_by_side_are_kept_apart(self, inside):
        keys = [(ACME, "a", "bc"), (ACME, "ab", "c"), (ACME + "a", "b", "c")]
        with inside.write() as work:
            work.disclosed.put({key: b"%d" % number for number, key in enumerate(keys)})
            for number, (audience, *record) in enumerate(keys):
                assert work.disclosed.of_records([tuple(record)]) == {tuple(record): {audience: b"%d" % number}}


def version(position, due=None, key=KEY, body=b"\x00\xff body"):
    due_at = None if due is None else MOMENT + timedelta(microseconds=due)
    return Version(*key, position, MOMENT - timedelta(days=1), due_at, body)


class TestHeldBack:
    def test_versions_come_back_as_they_were_put_oldest_line_first(self, inside):
        versions = [version(3, 7), version(1), version(2, 0)]
        with inside.write() as work:
            work.held_back.put(versions)
            work.held_back.put([])
        inside.restart()
        with inside.read() as work:
            assert work.held_back.of_record(KEY) == sorted(versions, key=lambda one: one.position)
            assert work.held_back.of_record((ACME, "alarm", "a")) == []

    def test_what_is_due_is_due_to_the_microsecond_and_what_was_told_is_not(self, inside):
        other = (NORTHLINK, "alarm", "b")
        with inside.write() as work:
            work.held_back.put([version(1), version(2, 5), version(3, 6), version(4, 4, other)])
            work.held_back.put([version(9, 0, (ACME, "alarm", "a"))])
            due = work.held_back.due(NORTHLINK, MOMENT + timedelta(microseconds=5))
            assert [(one.record_id, one.position) for one in due] == [("a", 2), ("b", 4)]
            assert work.held_back.due(NORTHLINK, MOMENT) == []

    def test_audiences_for_which_something_is_due_are_named_with_the_latest_time(self, inside):
        with inside.write() as work:
            work.held_back.put([version(1), version(2, 5), version(3, 6), version(4, 9)])
            work.held_back.put([version(9, 8, (ACME, "alarm", "a"))])
            at = {micro: MOMENT + timedelta(microseconds=micro) for micro in (4, 6, 8)}
            assert work.held_back.due_audiences(at[4]) == {}
            assert work.held_back.due_audiences(at[6]) == {NORTHLINK: at[6]}
            assert work.held_back.due_audiences(at[8]) == {ACME: at[8], NORTHLINK: at[6]}

    def test_a_version_of_the_same_line_replaces_the_former(self, inside):
        with inside.write() as work:
            work.held_back.put([version(1, 5)])
            work.held_back.put([version(1, body=b"other")])
            assert work.held_back.of_record(KEY) == [version(1, body=b"other")]

    def test_only_what_earlier_lines_brought_of_these_records_is_forgotten(self, inside):
        other = (ACME, "alarm", "a")
        with inside.write() as work:
            work.held_back.put([version(1), version(2, 5), version(3, 6), version(1, 5, other)])
            work.held_back.forget({KEY: 3})
            work.held_back.forget({})
            assert work.held_back.of_audience(NORTHLINK) == [version(3, 6)]
            assert work.held_back.of_audience(ACME) == [version(1, 5, other)]

    def test_an_audience_is_emptied_alone(self, inside):
        other = (ACME, "alarm", "a")
        with inside.write() as work:
            work.held_back.put([version(1), version(1, 5, other)])
            work.held_back.forget_audience(NORTHLINK)
            assert work.held_back.of_audience(NORTHLINK) == []
            assert work.held_back.of_audience(ACME) == [version(1, 5, other)]


def withheld(key=KEY, *, digest=b"1", is_discarded=False):
    return Withheld(*key, digest, "name", "/id", b"\x00body", MOMENT, is_discarded)


class TestWithheld:
    def test_at_most_one_is_kept_of_a_record_and_what_is_put_again_has_a_new_number(self, inside):
        with inside.write() as work:
            work.withheld.put({KEY: withheld()})
            (first,) = work.withheld.every()
            work.withheld.put({KEY: withheld(digest=b"2"), (ACME, "alarm", "a"): withheld((ACME, "alarm", "a"))})
        inside.restart()
        with inside.read() as work:
            second, third = work.withheld.every()
            assert (second.digest, second.body, second.noticed_at) == (b"2", b"\x00body", MOMENT)
            assert work.withheld.get(second.number) == second
            assert third.audience == ACME
            assert first.key == second.key == KEY

    def test_what_was_discarded_is_kept_and_not_counted(self, inside):
        with inside.write() as work:
            work.withheld.put({KEY: withheld(), (ACME, "alarm", "a"): withheld((ACME, "alarm", "a"))})
            assert work.withheld.count() == 2
            work.withheld.put({KEY: withheld(is_discarded=True)})
            assert work.withheld.count() == 1
            assert sorted(one.is_discarded for one in work.withheld.every()) == [False, True]

    def test_what_is_settled_is_gone(self, inside):
        with inside.write() as work:
            work.withheld.put({KEY: withheld()})
            work.withheld.put({KEY: None, (ACME, "alarm", "a"): None})
            work.withheld.put({})
            assert (work.withheld.every(), work.withheld.count(), work.withheld.get(1)) == ([], 0, None)


class TestKnownNames:
    def test_names_stay_in_the_order_in_which_they_came_once_each(self, inside):
        with inside.write() as work:
            work.names.put({f"name-{number}": False for number in range(1200)})
            work.names.put({"Zürich": True, "name-7": False, "a' b": False})
            work.names.put({})
        inside.restart()
        with inside.read() as work:
            assert list(work.names.every()) == [*(f"name-{number}" for number in range(1200)), "Zürich", "a' b"]

    def test_a_place_that_turns_out_to_be_more_is_no_place_any_more(self, inside):
        with inside.write() as work:
            work.names.put({"Docklands": True, "Old Street": True})
            work.names.put({"Docklands": False})
            assert work.names.every() == {"Docklands": False, "Old Street": True}

    def test_former_names_are_replaced_service_by_service(self, inside):
        acme, bolt = ("acme", "customer"), ("bolt", "partner")
        with inside.write() as work:
            work.names.put_former({"line-1": {acme: frozenset({"Old", "Older"}), bolt: frozenset({"Old"})}})
            work.names.put_former({"line-2": {acme: frozenset({"Old"})}, "line-3": {}})
            work.names.put_former({"line-1": {acme: frozenset({"Older"})}, "line-2": {}})
            work.names.put_former({})
        inside.restart()
        with inside.read() as work:
            assert work.names.former() == {"line-1": {acme: frozenset({"Older"})}}
