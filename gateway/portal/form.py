"""Read the one form there is: the token of the sign-in page, within narrow limits."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

from gateway.api.refusals import BodyTooLarge, MediaTypeRefused, RequestRefused

MAX_FORM_BYTES = 4_096


async def posted_token(request: Request) -> str:
    """Return what was typed into the form, without white space around it.

    Raises:
        MediaTypeRefused: The body is no form.
        BodyTooLarge: It has more than `MAX_FORM_BYTES`; reading stops there.
        RequestRefused: It is not exactly one field `token`.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded" or "content-encoding" in request.headers:
        raise MediaTypeRefused("not a form")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise BodyTooLarge("the form is too large")
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=4)
    except ValueError:  # bytes beyond ASCII, a part without "=", too many parts
        raise RequestRefused("not a well-formed form") from None
    if len(fields) != 1 or fields[0][0] != "token":
        raise RequestRefused("not the fields of this form")
    return fields[0][1].strip()
