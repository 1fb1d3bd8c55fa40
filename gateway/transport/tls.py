"""TLS contexts: 1.3 only, pinned anchors only, nothing taken from the environment.

Rules:
- No session tickets, so every connection shows its certificate anew (threats M-15 to M-18); no compression, no
  renegotiation, no key log even when `SSLKEYLOGFILE` is set.
- The trust store of the machine is never loaded: what is not pinned is not trusted.
- An anchor cannot be taken out of a live context; `CurrentContext` builds a new one when the peers change.

A context proves a chain. Whether the certificate is the right peer's is for `caller` to decide.

Standard: RFC 8446; RFC 9325 section 3.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterable
from pathlib import Path

from gateway.errors import KeyMaterialError

_log = logging.getLogger(__name__)


class TlsMaterialRefused(KeyMaterialError):
    """A certificate, its key or a trust anchor cannot be used for TLS."""

    code = "keys.tls-material-refused"
    remedy = "Check that certificate, key and anchors are PEM files that belong together."


def exchange_context(certificate: Path, key: Path, anchors: Iterable[str]) -> ssl.SSLContext:
    """Return the context of the listener for partners: a client certificate under one of `anchors` is required.

    Args:
        certificate: Our server certificate, PEM, with its chain if any.
        key: Its private key, PEM.
        anchors: Trust anchors of all enabled peers, PEM. With none, every handshake is refused.
    """
    context = _server(certificate, key)
    context.verify_mode = ssl.CERT_REQUIRED
    for anchor in anchors:
        try:
            _trust(context, [anchor])
        except TlsMaterialRefused:  # one peer's anchor must not close the door to all the others
            _log.exception("a pinned trust anchor cannot be used; its operator is refused")
    return context


def public_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return the context of a listener for customers: it asks for no client certificate."""
    context = _server(certificate, key)
    context.verify_mode = ssl.CERT_NONE
    return context


def client_context(certificate: Path, key: Path, anchors: Iterable[str]) -> ssl.SSLContext:
    """Return the context for connections to one peer: `anchors` are that peer's and nobody else's."""
    context = _strict(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    context.check_hostname = True
    context.verify_mode = ssl.CERT_REQUIRED
    _load(context, certificate, key)
    _trust(context, anchors)
    return context


class CurrentContext:
    """The context that new connections get, built again whenever the set of anchors has changed."""

    def __init__(
        self, build: Callable[[tuple[str, ...]], ssl.SSLContext], anchors: Callable[[], Iterable[str]]
    ) -> None:
        """Remember how to build a context and where to ask for the anchors of the enabled peers."""
        self._build = build
        self._anchors = anchors
        self._built_for: tuple[str, ...] | None = None
        self._context: ssl.SSLContext | None = None

    def __call__(self) -> ssl.SSLContext:
        """Return the context for the anchors of this moment."""
        wanted = tuple(self._anchors())
        if self._context is None or wanted != self._built_for:
            self._context, self._built_for = self._build(wanted), wanted
        return self._context


def _server(certificate: Path, key: Path) -> ssl.SSLContext:
    context = _strict(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    context.num_tickets = 0
    _load(context, certificate, key)
    return context


def _strict(context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_TICKET
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.set_alpn_protocols(["http/1.1"])
    return context


def _load(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    try:
        context.load_cert_chain(certificate, key, password=_no_passphrase)
    except (OSError, ValueError) as error:
        raise TlsMaterialRefused(f"{certificate} with {key}: {error}") from error


def _no_passphrase() -> str:
    """Refuse an encrypted key, where OpenSSL would ask at the terminal and hang."""
    raise TlsMaterialRefused("the private key is encrypted; Demarc protects key files by their mode")


def _trust(context: ssl.SSLContext, anchors: Iterable[str]) -> None:
    bundle = "\n".join(anchors)
    if not bundle:
        return
    try:
        context.load_verify_locations(cadata=bundle)
    except (ssl.SSLError, ValueError) as error:
        raise TlsMaterialRefused("a trust anchor is not a certificate in PEM") from error
