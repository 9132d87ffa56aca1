"""What is worth another try, and when; and that no message tells a secret."""

import ssl
from datetime import UTC, datetime

import httpx
import pytest

from lyricclip_cli.errors import ClipError, PermanentError, TransientError
from lyricclip_cli.transport import classified, error_for_status, retry_after_s, without_query

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SIGNED = "https://user:s3cret@cdn.example/a/1.ts?token=s3cret#s3cret"
SHOWN = "https://cdn.example/a/1.ts"


def response(status: int, headers: dict[str, str] | None = None, uri: str = SIGNED) -> httpx.Response:
    return httpx.Response(status, headers=headers, request=httpx.Request("GET", uri))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, PermanentError),
        (401, PermanentError),
        (403, PermanentError),
        (404, PermanentError),
        (405, PermanentError),
        (408, TransientError),
        (409, PermanentError),
        (410, PermanentError),
        (416, PermanentError),
        (418, PermanentError),
        (425, TransientError),
        (429, TransientError),
        (451, PermanentError),
        (500, TransientError),
        (502, TransientError),
        (503, TransientError),
        (504, TransientError),
        (507, TransientError),
        (520, TransientError),
        (599, TransientError),
        (304, PermanentError),
    ],
)
def test_a_status_is_for_now_or_for_good(status: int, kind: type[ClipError]) -> None:
    error = error_for_status(response(status))
    assert (type(error), error.code) == (kind, f"http_{status}")


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, f"{SHOWN} answered 404 Not Found"),
        (503, f"{SHOWN} answered 503 Service Unavailable"),
        (599, f"{SHOWN} answered 599"),
    ],
)
def test_the_message_names_the_place_and_nothing_secret(status: int, message: str) -> None:
    assert error_for_status(response(status)).message == message


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 120 ", 120.0),
        ("Fri, 02 Jan 2026 03:05:35 GMT", 90.0),
        ("Fri, 02 Jan 2026 04:05:05 +0100", 60.0),
        ("Fri, 02 Jan 2026 03:04:05 GMT", 0.0),
        ("Thu, 01 Jan 2026 00:00:00 GMT", 0.0),  # past: now
        ("Friday, 02-Jan-26 03:05:05 GMT", 60.0),  # the obsolete form of RFC 850
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("1e3", None),
        ("²", None),
        ("٣", None),
        ("Fri, 99 Jan 2026 03:05:35 GMT", None),
        ("Fri, 02 Jan 99999 03:05:35 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after_s(httpx.Headers([(b"retry-after", value.encode())]), NOW) == seconds


@pytest.mark.parametrize(
    "value", ["Fri, 02 Jan 2026 03:05:35", "Fri, 02 Jan 2026 03:05:35 -0000", "Fri Jan  2 03:05:35 2026"]
)
def test_a_date_without_a_zone_is_in_utc_like_every_http_date(value: str) -> None:
    assert retry_after_s(httpx.Headers({"retry-after": value}), NOW) == 90.0


def test_no_header_is_no_word() -> None:
    assert retry_after_s(httpx.Headers(), NOW) is None


@pytest.mark.parametrize("status", [429, 503])
def test_the_servers_word_goes_along_with_the_error(status: int) -> None:
    error = error_for_status(response(status, {"retry-after": "9"}))
    assert isinstance(error, TransientError)
    assert error.retry_after_s == 9.0


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        (SIGNED, SHOWN),
        (httpx.URL(SIGNED), SHOWN),
        ("http://cdn.example:8080/a?x", "http://cdn.example:8080/a"),
        ("http://u@cdn.example", "http://cdn.example"),
        ("https://cdn.example/a@b/c", "https://cdn.example/a@b/c"),
        ("https://p@ss:w@cdn.example/a", "https://cdn.example/a"),
        ("http://[::1]:80/a?x", "http://[::1]:80/a"),
        ("file:///media/a.ts", "file:///media/a.ts"),
        ("a/b.ts?token=1", "a/b.ts"),
        ("", ""),
    ],
)
def test_a_uri_is_shown_without_query_fragment_and_user(uri: object, shown: str) -> None:
    assert without_query(uri) == shown


@pytest.mark.parametrize(
    ("raised", "kind", "code"),
    [
        (httpx.ConnectError("refused"), TransientError, "connection"),
        (httpx.ConnectTimeout("slow"), TransientError, "timeout"),
        (httpx.ReadTimeout("slow"), TransientError, "timeout"),
        (httpx.WriteTimeout("slow"), TransientError, "timeout"),
        (httpx.PoolTimeout("slow"), TransientError, "timeout"),
        (httpx.ReadError("reset"), TransientError, "connection"),
        (httpx.CloseError(""), TransientError, "connection"),
        (httpx.RemoteProtocolError("peer closed connection"), TransientError, "short_body"),
        (httpx.DecodingError("bad gzip"), TransientError, "damaged_body"),
        (httpx.ProxyError("no proxy"), TransientError, "connection"),
        (httpx.InvalidURL("no host"), PermanentError, "bad_uri"),
    ],
)
def test_every_error_of_the_client_becomes_one_of_ours(raised: Exception, kind: type[ClipError], code: str) -> None:
    with pytest.raises(ClipError) as caught, classified(SIGNED):
        raise raised
    assert (type(caught.value), caught.value.code, caught.value.__cause__) == (kind, code, raised)
    assert caught.value.message.startswith(f"{SHOWN}: ")
    assert "s3cret" not in caught.value.message


def test_a_certificate_that_cannot_be_trusted_is_for_good_however_deep_it_lies() -> None:
    outer = httpx.ConnectError("certificate verify failed")
    outer.__cause__ = OSError("wrapped")
    outer.__cause__.__context__ = ssl.SSLCertVerificationError("self-signed certificate")
    with pytest.raises(PermanentError) as caught, classified(SIGNED):
        raise outer
    assert (caught.value.code, caught.value.hint) == (
        "tls",
        "a company's own certificate authority goes into SSL_CERT_FILE",
    )


def test_what_is_no_error_of_the_client_passes() -> None:
    error = PermanentError("too_large", "x")
    with pytest.raises(PermanentError) as caught, classified(SIGNED):
        raise error
    assert caught.value is error
    with pytest.raises(KeyError), classified(SIGNED):
        raise KeyError
