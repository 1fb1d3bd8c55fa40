"""J-20 to J-42, H-09, H-10, M-18 where partners push: against a real `serve outside`, over real mutual TLS.

Aurora's and southwind's keys are ours; northlink is the gateway under attack. Whatever is refused, nothing is stored.
"""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.evidence import jws, receipt, wire
from gateway.evidence.checkpoint import TYP, open_checkpoint
from gateway.evidence.stream import MAX_STEP_ENTRIES, Step
from gateway.ids import OperatorId, StreamName
from gateway.keystore.profiles import Purpose
from gateway.party.descriptor import DescriptorRefused, fingerprint, open_descriptor, sign_descriptor
from gateway.record.strictjson import dump
from tests.counterpart import CANARY, Counterpart, Line
from tests.exchange_side import NORTHLINK, Scene, b64, line, refused, scene

__all__ = ["line", "scene"]


def test_a_true_step_is_stored_and_receipted(scene: Scene, line: Line) -> None:
    step = scene.aurora.step(5)
    answer = line.push(step)
    assert answer.status == 200
    scene.aurora.note(step)
    checkpoint = open_checkpoint(step.token, {scene.aurora.seal.key_id: scene.aurora.seal.key.public_key()})
    signer = scene.northlink.signer(Purpose.RECEIPT)
    told = receipt.open_receipt(answer.receipt, {signer.key_id: signer.key.public_key()})
    receipt.require_acknowledges(told, checkpoint, step.token)
    assert scene.northlink.lines(scene.aurora.stream) == scene.aurora.sent


def test_a_ten_megabyte_token_and_a_megabyte_of_head_are_refused_by_size(scene: Scene, line: Line) -> None:
    head = {"from": 0, "count": 1, "checkpoint": "A" * 10_000_000}
    with scene.aurora.connected(scene.northlink.exchange_port, scene.anchors) as other:
        assert _refusal_to_large(other, json.dumps(head).encode()) == 413
    with scene.aurora.connected(scene.northlink.exchange_port, scene.anchors) as other:
        assert other.post(b"{}", x_large="x" * 60_000).status == 431


def _refusal_to_large(line: Line, body: bytes) -> int:
    """Send a head that announces `body`, and read the answer before any of it is sent."""
    connection = line.connection
    connection.putrequest("POST", line.path)
    connection.putheader("content-type", wire.CONTENT_TYPE)
    connection.putheader("content-length", str(len(body)))
    connection.endheaders()
    with connection.getresponse() as response:
        response.read()
        return response.status


# --- J-22, J-23, J-41: who says it ---


def test_a_true_step_of_another_operator_is_refused_on_this_connection(scene: Scene, line: Line) -> None:
    """J-22: to its own path and to the path of the operator that signed it."""
    step = scene.southwind.step()
    refused(scene, line, wire.encode(step), 403, "identity.token-refused")
    line.connection.close()
    answer = line.post(wire.encode(step), f"/exchange/v1/streams/{scene.southwind.id}/entries")
    assert (answer.status, answer.problem) == (403, "identity.not-your-stream")
    assert scene.size(scene.southwind) == 0


def test_our_own_checkpoint_reflected_to_us_is_refused(scene: Scene, line: Line) -> None:
    """J-41."""
    seal = scene.northlink.signer(Purpose.SEAL)
    lines = scene.aurora.lines(1)
    claims = scene.aurora.claims(lines)
    mirrored = {**claims, "iss": claims["aud"], "aud": claims["iss"], "stream": "northlink/aurora"}
    for told in (claims, mirrored):
        step = Step(scene.aurora.frontier.size, lines, jws.sign(told, TYP, seal))
        refused(scene, line, wire.encode(step), 403, "identity.token-refused")


def test_a_stream_that_is_nobodys_and_a_path_that_is_no_name_are_refused(scene: Scene, line: Line) -> None:
    body = wire.encode(scene.aurora.step())
    for name, status in (("nobody", 403), ("Aurora", 400), ("a" * 64, 400), ("%61urora!", 400), ("northlink", 403)):
        line.connection.close()
        assert line.post(body, f"/exchange/v1/streams/{name}/entries").status == status, name
    assert line.ask("GET", line.path).status == 405
    assert line.ask("POST", "/exchange/v1/other").status == 404


def test_an_operator_that_is_not_pinned_is_not_even_heard(scene: Scene) -> None:
    stranger = Counterpart.create(scene.folder, "stranger", NORTHLINK)
    with (
        stranger.connected(scene.northlink.exchange_port, scene.anchors) as line,
        pytest.raises((OSError, ConnectionError)),
    ):
        line.push(stranger.step())


# --- J-29, J-30: the batch ---

SPOILT: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "reordered": lambda lines: [lines[1], lines[0], *lines[2:]],
    "one dropped": lambda lines: lines[:-1],
    "one repeated": lambda lines: [*lines, lines[-1]],
    "one replaced by itself": lambda lines: [lines[0], lines[0], *lines[2:]],
    "one byte flipped": lambda lines: [lines[0].replace(b"alm-", b"aln-", 1), *lines[1:]],
    "one space more": lambda lines: [lines[0].replace(b",", b", ", 1), *lines[1:]],
}


@pytest.mark.parametrize("name", SPOILT)
def test_entries_that_are_not_the_signed_ones_are_refused_whole(scene: Scene, line: Line, name: str) -> None:
    step = scene.aurora.step(4)
    refused(scene, line, wire.encode(replace(step, lines=SPOILT[name](list(step.lines)))), 422)


def test_entries_of_another_batch_and_of_another_operator_are_refused(scene: Scene, line: Line) -> None:
    step = scene.aurora.step(2)
    for foreign in (scene.aurora.lines(1, first=900)[0], scene.southwind.lines(1)[0]):
        refused(scene, line, wire.encode(replace(step, lines=[step.lines[0], foreign])), 422)
    merged = replace(step, lines=[*step.lines, *scene.aurora.lines(2, first=step.size)])
    refused(scene, line, wire.encode(merged), 422, "stream.checkpoint-mismatch")
    refused(scene, line, wire.encode(replace(step, first=step.first - 1)), 422)


BODIES: dict[str, Callable[[Step], bytes]] = {
    "empty": lambda _: b"",
    "no head": lambda step: b"\n".join(step.lines),
    "head alone": lambda step: wire.encode(step).split(b"\n")[0],
    "head twice": lambda step: wire.encode(step).split(b"\n")[0] + b"\n" + wire.encode(step),
    "count too high": lambda step: wire.encode(step).replace(b'"count":2', b'"count":3'),
    "count zero": lambda step: wire.encode(step).replace(b'"count":2', b'"count":0'),
    "count true": lambda step: wire.encode(step).replace(b'"count":2', b'"count":true'),
    "count text": lambda step: wire.encode(step).replace(b'"count":2', b'"count":"2"'),
    "from negative": lambda step: wire.encode(step).replace(b'"from":', b'"from":-'),
    "from a fraction": lambda step: wire.encode(step).replace(b',"count"', b'.0,"count"'),
    "from huge": lambda step: wire.encode(step).replace(b'"from":', b'"from":9007199254740993'),
    "a member more": lambda step: wire.encode(step).replace(b'{"from"', b'{"x":"%s","from"' % CANARY.encode(), 1),
    "a member twice": lambda step: wire.encode(step).replace(b'{"from"', b'{"from":0,"from"', 1),
    "bom": lambda step: b"\xef\xbb\xbf" + wire.encode(step),
    "an empty line": lambda step: wire.encode(step).replace(b"\n", b"\n\n", 1),
    "no json": lambda step: b"\n".join([wire.encode(step).split(b"\n")[0], b"{", b"}"]),
    "no event": lambda step: b"\n".join([wire.encode(step).split(b"\n")[0], b'{"a":1}', b'{"a":1}']),
    "no utf-8": lambda step: wire.encode(step).replace(CANARY.encode(), b"\xff\xfe"),
    "crlf": lambda step: wire.encode(step).replace(b"\n", b"\r\n"),
    "nul": lambda step: wire.encode(step).replace(CANARY.encode(), b"\0"),
    "a surrogate": lambda step: wire.encode(step).replace(CANARY.encode(), b"\\ud800"),
    "a member twice in an entry": lambda step: wire.encode(step).replace(b'{"specversion"', b'{"id":"x","specversion"'),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_of_another_form_is_refused(scene: Scene, line: Line, name: str) -> None:
    refused(scene, line, BODIES[name](scene.aurora.step(2)), 422 if name == "crlf" else 400)  # CR belongs to the bytes


def test_genuine_entries_that_are_no_events_are_refused_though_they_are_signed(scene: Scene, line: Line) -> None:
    for bad in (b"{}", b"[]", b'"x"', b'{"specversion":"1.0"}', b"{" * 5000):
        step = Step(scene.aurora.frontier.size, [bad], scene.aurora.token(scene.aurora.claims([bad])))
        refused(scene, line, wire.encode(step), 400, "entry.malformed")


def test_more_entries_or_longer_ones_than_agreed_are_too_large(scene: Scene, line: Line) -> None:
    many = scene.aurora.lines(MAX_STEP_ENTRIES + 1)
    long = scene.aurora.lines(1, text="x" * 66_000)
    for lines in (many, long):
        step = Step(scene.aurora.frontier.size, lines, scene.aurora.token(scene.aurora.claims(lines)))
        refused(scene, line, wire.encode(step), 413, "exchange.too-large")


# --- gap, fork, repeat ---


def test_a_gap_is_answered_with_the_place_to_rewind_to(scene: Scene, line: Line) -> None:
    ahead = Counterpart(scene.aurora.id, scene.aurora.keys, scene.aurora.audience, scene.aurora.frontier)
    ahead.note(ahead.step(7))
    answer = line.push(ahead.step(2))
    assert (answer.status, answer.problem) == (409, "stream.gap")
    assert json.loads(answer.body)["expected"] == scene.aurora.frontier.size == scene.size(scene.aurora)


def test_a_repeated_step_gets_the_same_receipt_however_often_and_wherever_it_is_sent(scene: Scene, line: Line) -> None:
    """J-27: on this connection, on another, as gzip."""
    step = scene.aurora.step(4)
    first = line.push(step)
    assert first.status == 200
    scene.aurora.note(step)
    body = wire.encode(step)
    assert line.push(step).receipt == first.receipt
    assert line.post(gzip.compress(body), content_encoding="gzip").receipt == first.receipt
    with scene.aurora.connected(scene.northlink.exchange_port, scene.anchors) as other:
        assert other.push(step).receipt == first.receipt
    assert scene.northlink.lines(scene.aurora.stream) == scene.aurora.sent


def test_a_repeat_that_goes_on_stores_what_is_new_and_nothing_twice(scene: Scene, line: Line) -> None:
    """J-30: a member of one batch comes again as a member of another."""
    first = scene.aurora.step(2)
    assert line.push(first).status == 200
    scene.aurora.note(first)
    more = scene.aurora.lines(3)
    longer = Step(first.first, [*first.lines, *more], scene.aurora.token(scene.aurora.claims(more)))
    assert line.push(longer).status == 200
    scene.aurora.note(longer)
    assert scene.northlink.lines(scene.aurora.stream) == scene.aurora.sent


def test_a_second_history_stops_the_stream_and_keeps_both_versions(scene: Scene) -> None:
    """J-28: other entries under the same positions, truly signed."""
    forked = scene.pinned("eastwind")
    with forked.connected(scene.northlink.exchange_port, scene.anchors) as line:
        honest, other = forked.step(3), forked.step(3, text="another history")
        assert line.push(honest).status == 200
        answer = line.push(other)
        assert (answer.status, answer.problem) == (409, "stream.fork")
        forked.note(honest)
        answer = line.push(forked.step(1))
        assert (answer.status, answer.problem) == (409, "stream.fork")
    assert scene.northlink.lines(forked.stream) == list(honest.lines)
    with scene.northlink.outside() as work:
        state = work.streams.state(StreamName(forked.stream))
        assert state is not None
        assert state.stopped is not None


def test_a_second_root_over_the_same_entries_is_no_fork_but_a_lie(scene: Scene, line: Line) -> None:
    """Only what the origin signed about *other* entries is another history; a wrong root is a wrong checkpoint."""
    step = scene.aurora.step(2)
    wrong = scene.aurora.token({**scene.aurora.claims(step.lines), "root": b64(bytes(32))})
    refused(scene, line, wire.encode(replace(step, token=wrong)), 422, "stream.checkpoint-mismatch")


# --- H-09, H-10, H-22: the body ---


def test_a_body_over_the_cap_is_refused_before_any_of_it_is_read(scene: Scene, line: Line) -> None:
    with scene.aurora.connected(scene.northlink.exchange_port, scene.anchors) as other:
        began = time.monotonic()
        assert _refusal_to_large(other, bytes(wire.MAX_BODY_BYTES + 1)) == 413
        assert time.monotonic() - began < 5


def test_a_gzip_bomb_is_refused_at_the_cap_and_costs_no_memory(scene: Scene, line: Line) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    before = _peak_memory(scene.outside.pid)
    answer = line.post(bomb, content_encoding="gzip")
    assert (answer.status, answer.problem) == (413, "api.body-too-large")
    assert _peak_memory(scene.outside.pid) - before < 64 * 1024


def _peak_memory(pid: int) -> int:
    """Return the largest resident size so far, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def test_no_other_encoding_and_no_broken_gzip_is_taken(scene: Scene, line: Line) -> None:
    body = wire.encode(scene.aurora.step(2))
    for coding in ("zstd", "br", "deflate", "gzip, gzip", "gzip,identity", "x-gzip", "GZIP "):
        line.connection.close()
        assert line.post(gzip.compress(body), content_encoding=coding).status == 415, coding
    packed = gzip.compress(body)
    for broken in (packed[:-9], packed + b"x", packed + packed, body, gzip.compress(packed), b"\x1f\x8b"):
        line.connection.close()
        answer = line.post(broken, content_encoding="gzip")
        assert answer.status in (400, 415), answer


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "", "application/x-ndjson; charset=utf-16", "application/X-NDJSON,x"]
)
def test_no_other_media_type_is_taken(scene: Scene, line: Line, kind: str) -> None:
    refused(scene, line, wire.encode(scene.aurora.step(2)), 415, "api.media-type-refused", content_type=kind)


# --- J-20, J-38, J-39: enrolment ---


def test_a_descriptor_with_one_key_for_two_purposes_or_a_weak_key_is_not_enrolled(scene: Scene) -> None:
    crooked = Counterpart.create(scene.folder, "crooked", NORTHLINK)
    seal = crooked.seal
    both = {seal.key_id: seal.key.public_key()}
    forms = [_signed(crooked, {"seal": _jwks(both), "receipt": _jwks(both)})]
    for weak in (bytes(32), b"\1" + bytes(31), (2**255 - 19).to_bytes(32, "little"), b"\xff" * 32):
        keys = {"seal": [*_jwks(both), {"kty": "OKP", "crv": "Ed25519", "x": b64(weak)}]}
        forms.append(_signed(crooked, keys))
    forms.append(_signed(crooked, {"seal": [*_jwks(both), {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}))
    for raw in forms:
        with pytest.raises(DescriptorRefused):
            open_descriptor(raw, datetime.now(UTC))
    scene.northlink.run("peer", "add", "-", "--fingerprint", fingerprint(forms[0]), stdin=forms[0], status=1)
    with scene.northlink.outside() as work:
        assert OperatorId("crooked") not in work.partners.every()


def _jwks(keys: Any) -> list[Any]:
    return [jws.public_jwk(key) for key in keys.values()]


def _signed(origin: Counterpart, keys: dict[str, Any]) -> bytes:
    """Return a descriptor with other keys in it, truly signed; our own builder would refuse to make it."""
    told = json.loads(origin.descriptor)["descriptor"]
    told["keys"] = {**told["keys"], **keys}
    return dump({"descriptor": told, "signature": jws.sign(told, "demarc-descriptor+jwt", origin.seal)})


def test_a_key_of_one_peer_is_not_enrolled_for_another(scene: Scene) -> None:
    """J-38."""
    thief = Counterpart.create(scene.folder, "thief", NORTHLINK)
    stolen = {scene.aurora.seal.key_id: scene.aurora.seal.key.public_key()}
    own = {thief.seal.key_id: thief.seal.key.public_key()}
    raw = sign_descriptor(thief.described(seal={**own, **stolen}), thief.seal)
    scene.northlink.run("peer", "add", "-", "--fingerprint", fingerprint(raw), stdin=raw, status=1)


# --- last, because they change the process ---


def test_a_peer_that_is_disabled_is_refused_at_its_next_request_on_the_same_connection(scene: Scene) -> None:
    """M-18."""
    leaving = scene.pinned("westwind")
    with leaving.connected(scene.northlink.exchange_port, scene.anchors) as line:
        step = leaving.step()
        assert line.push(step).status == 200
        leaving.note(step)
        with scene.northlink.changing_outside() as work:
            work.partners.put(leaving.id, leaving.descriptor, enabled=False)
        answer = line.push(leaving.step())
        assert (answer.status, answer.problem) == (403, "identity.not-a-peer")
        assert answer.headers["connection"] == "close"
    assert scene.size(leaving) == leaving.frontier.size
    with scene.northlink.changing_outside() as work:
        work.partners.put(leaving.id, leaving.descriptor, enabled=True)


def test_what_a_peer_sent_before_it_was_disabled_still_verifies(scene: Scene) -> None:
    former = scene.pinned("former")
    with former.connected(scene.northlink.exchange_port, scene.anchors) as line:
        assert line.push(former.step()).status == 200
    with scene.northlink.changing_outside() as work:
        work.partners.put(former.id, former.descriptor, enabled=False)
    try:
        assert f"{former.stream}: 3 entries" in scene.northlink.verify()
    finally:
        with scene.northlink.changing_outside() as work:
            work.partners.put(former.id, former.descriptor, enabled=True)


def test_a_repeat_after_a_restart_gets_the_same_receipt(scene: Scene, line: Line) -> None:
    """J-27."""
    step = scene.aurora.step(2)
    first = line.push(step)
    scene.aurora.note(step)
    scene.outside.kill_nine()
    scene.outside = scene.northlink.serve("outside")
    with scene.aurora.connected(scene.northlink.exchange_port, scene.anchors) as other:
        assert other.push(step).receipt == first.receipt
    assert "entries" in scene.northlink.verify()
