"""J-20: a public key of small order verifies anything, so none is enrolled; the curve itself says which they are."""

from __future__ import annotations

import pytest

from gateway.evidence import jws
from gateway.evidence.jws import KeyRefused, import_jwk

P = 2**255 - 19  # the field, RFC 8032 section 5.1
ORDER = 2**252 + 27742317777372353535851937790883648493  # of the base point
D = -121665 * pow(121666, -1, P) % P


def add(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Add two points of edwards25519, -x² + y² = 1 + d x² y²."""
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P
    return x, y


def times(scalar: int, point: tuple[int, int]) -> tuple[int, int]:
    total = (0, 1)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


def root_of_square(square: int) -> int | None:
    """Return a square root modulo P, or None; RFC 8032 section 5.1.3."""
    candidate = pow(square, (P + 3) // 8, P)
    for root in (candidate, candidate * pow(2, (P - 1) // 4, P) % P):
        if root * root % P == square % P:
            return root
    return None


def small_order_points() -> set[tuple[int, int]]:
    """Return the eight points whose order divides 8: any point times the base point's order is one of them."""
    found = {(0, 1)}
    y = 2
    while len(found) < 8:
        x = root_of_square((y * y - 1) * pow(D * y * y + 1, -1, P) % P)
        if x is not None:
            found.add(times(ORDER, (x, y)))
        y += 1
    return found


def small_order_encodings() -> list[bytes]:
    """Return every 32 bytes that some decoder reads as one of them: either sign of x, and y or y + p where it fits."""
    heights = {y + lap * P for _, y in small_order_points() for lap in (0, 1) if y + lap * P < 2**255}
    return sorted((y | sign << 255).to_bytes(32, "little") for y in heights for sign in (0, 1))


def test_j20_the_curve_has_eight_points_of_small_order():
    points = small_order_points()
    assert all(times(8, point) == (0, 1) for point in points)
    assert {y for _, y in points} == set(jws._SMALL_ORDER_Y)
    assert len(small_order_encodings()) == 14


@pytest.mark.parametrize("raw", small_order_encodings(), ids=bytes.hex)
def test_j20_a_public_key_of_small_order_is_not_enrolled(raw):
    with pytest.raises(KeyRefused):
        import_jwk({"kty": "OKP", "crv": "Ed25519", "x": jws.encode(raw)})


@pytest.mark.parametrize("excess", range(19))
@pytest.mark.parametrize("sign", [0, 1])
def test_j20_a_public_key_of_non_canonical_encoding_is_not_enrolled(excess, sign):
    raw = (P + excess | sign << 255).to_bytes(32, "little")
    with pytest.raises(KeyRefused):
        import_jwk({"kty": "OKP", "crv": "Ed25519", "x": jws.encode(raw)})
