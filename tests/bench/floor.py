"""The best bare pieces, put together without a product around them: what this machine could do in this run.

Two processes. The sender reads 2 KB records from SQLite, parses, filters and pseudonymises them by hand, hashes them
into a Merkle root, signs once per 500 and stores a batch as one row (WAL, synchronous=FULL); it sends over mutual TLS
with asyncio and length-prefixed frames, four batches in flight. The receiver verifies signature and root, stores the
batch as one row, and answers with a signed receipt, which the sender verifies and stores. No schema, no second barrier,
no strict parsing, no inventory, no HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import multiprocessing
import sqlite3
import ssl
import struct
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

BATCH = 500
_IN_FLIGHT = 4
_HEAD = struct.Struct(">IQ")  # bytes that follow, first entry
_SIGNATURE = 64
_KEPT = (
    "@type", "alarmType", "perceivedSeverity", "probableCause", "state", "ackState", "serviceAffecting",
    "alarmEscalation", "plannedOutageIndicator",
)  # fmt: skip


class Tls(NamedTuple):
    """Certificate and key of each side, and the trust anchor of both."""

    client: tuple[Path, Path]
    server: tuple[Path, Path]
    anchor: Path


def connect(file: Path) -> sqlite3.Connection:
    """Open a database as durable as the product's."""
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def insert_rate(folder: Path, lines: Sequence[bytes], batch: int) -> float:
    """Return rows per second of the bare driver: `batch` rows of these bytes in each durable transaction."""
    connection = connect(folder / f"floor-{batch}.db")
    connection.execute("CREATE TABLE journal (position INTEGER PRIMARY KEY, key BLOB UNIQUE, body BLOB NOT NULL)")
    rows = [(sha256(line).digest(), line) for line in lines]
    began = time.perf_counter()
    for at in range(0, len(rows), batch):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO journal (key, body) VALUES (?, ?)", rows[at : at + batch])
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return len(rows) / seconds


def exchange_rate(folder: Path, lines: Sequence[bytes], tls: Tls) -> float:
    """Return records per second from a filled journal to the last receipt on the sender's disk.

    Args:
        folder: For the two stores.
        lines: The records.
        tls: Who the two sides are.
    """
    fill(folder / "sender.db", lines)
    sealing, receipting = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    keys = (receipting.private_bytes_raw(), sealing.public_key().public_bytes_raw())
    receiver = context.Process(target=_receive, args=(folder / "receiver.db", tls, keys, theirs))
    receiver.start()
    try:
        port = ours.recv()
        return asyncio.run(_send(folder / "sender.db", port, tls, sealing, receipting.public_key(), len(lines)))
    finally:
        receiver.terminate()
        receiver.join()


def fill(file: Path, lines: Sequence[bytes]) -> None:
    """Put the records into the sender's journal."""
    with contextlib.closing(connect(file)) as connection:
        connection.execute("CREATE TABLE journal (position INTEGER PRIMARY KEY, body BLOB)")
        connection.execute("CREATE TABLE segment (first INTEGER PRIMARY KEY, signature BLOB, lines BLOB)")
        connection.execute("CREATE TABLE receipt (first INTEGER PRIMARY KEY, token BLOB)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO journal (body) VALUES (?)", [(line,) for line in lines])
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def shown(raw: bytes, key: bytes) -> bytes:
    """Filter one record by hand: what a person would write for exactly this policy."""
    record = orjson.loads(raw)
    out: dict[str, Any] = {name: record[name] for name in _KEPT}
    out["id"] = hashlib.blake2b(record["id"].encode(), key=key, digest_size=10).hexdigest()
    out["sourceSystemId"] = hashlib.blake2b(record["sourceSystemId"].encode(), key=key, digest_size=10).hexdigest()
    out["alarmRaisedTime"] = record["alarmRaisedTime"][:16] + ":00Z"
    out["place"] = [{"city": place["city"], "country": place["country"]} for place in record["place"]]
    out["crossedThresholdInformation"] = {"direction": record["crossedThresholdInformation"]["direction"]}
    return orjson.dumps({"specversion": "1.0", "type": "alarm", "subject": out["id"], "data": out})


def root_of(lines: Sequence[bytes]) -> bytes:
    """Return a Merkle root over one batch."""
    level = [sha256(b"\x00" + line).digest() for line in lines]
    while len(level) > 1:
        odd = [level[-1]] if len(level) & 1 else []
        level = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        level += odd
    return level[0]


async def _send(file: Path, port: int, tls: Tls, key: Ed25519PrivateKey, peer: Ed25519PublicKey, count: int) -> float:
    context = ssl.create_default_context(cafile=str(tls.anchor))
    context.load_cert_chain(*tls.client)
    context.check_hostname = False
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    store, free = connect(file), asyncio.Semaphore(_IN_FLIGHT)
    roots: dict[int, bytes] = {}

    async def take_receipts() -> None:
        done = 0
        while done < count:
            size, first = _HEAD.unpack(await reader.readexactly(_HEAD.size))
            token = await reader.readexactly(size)
            peer.verify(token, _HEAD.pack(0, first) + roots.pop(first))
            store.execute("INSERT INTO receipt VALUES (?, ?)", (first, token))
            done = first + BATCH
            free.release()

    began = time.perf_counter()
    receipts = asyncio.create_task(take_receipts())
    for first in range(0, count, BATCH):
        await free.acquire()
        rows = store.execute("SELECT body FROM journal WHERE position > ? ORDER BY position LIMIT ?", (first, BATCH))
        lines = [shown(body, b"k" * 32) for (body,) in rows]
        roots[first] = root_of(lines)
        signature = key.sign(_HEAD.pack(0, first) + roots[first])
        body = b"\n".join(lines)
        store.execute("INSERT INTO segment VALUES (?, ?, ?)", (first, signature, body))
        writer.write(_HEAD.pack(len(signature) + len(body), first) + signature + body)
        await writer.drain()
    await receipts
    seconds = time.perf_counter() - began
    writer.close()
    return count / seconds


def _receive(file: Path, tls: Tls, keys: tuple[bytes, bytes], told: Any) -> None:
    """Run the other side until it is ended."""
    key, peer = Ed25519PrivateKey.from_private_bytes(keys[0]), Ed25519PublicKey.from_public_bytes(keys[1])
    store = connect(file)
    store.execute("CREATE TABLE segment (first INTEGER PRIMARY KEY, token BLOB, lines BLOB)")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size, first = _HEAD.unpack(await reader.readexactly(_HEAD.size))
                frame = await reader.readexactly(size)
                body = frame[_SIGNATURE:]
                statement = _HEAD.pack(0, first) + root_of(body.split(b"\n"))
                peer.verify(frame[:_SIGNATURE], statement)
                token = key.sign(statement)
                store.execute("INSERT INTO segment VALUES (?, ?, ?)", (first, token, body))
                writer.write(_HEAD.pack(len(token), first) + token)

    async def main() -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(tls.anchor))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(*tls.server)
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context, limit=8 * 1024 * 1024)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())
