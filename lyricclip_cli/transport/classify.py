"""One table from HTTP statuses and httpx errors to this project's errors: what is worth another try, and when."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from lyricclip_cli.errors import ClipError, PermanentError, TransientError

TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses by which a server asks for patience or confesses a fault of its own (RFC 9110, RFC 6585, RFC 8470)."""


LONGEST_NUMBER = 15
"""Digits. Longer ones are no size and no time, and Python takes its time over thousands of digits."""


def without_query(uri: object) -> str:
    """A URI as it may be shown: a query can hold a signature, user information a password."""
    text = str(uri).split("?", 1)[0].split("#", 1)[0]
    scheme, slashes, rest = text.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{authority.rpartition('@')[2]}{slash}{path}" if slashes else text


def size_in(header: str) -> int | None:
    """A whole number as a header has it; `None` for anything else, such as one of thousands of digits."""
    value = header.strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER else None


_KNOWN = frozenset(HTTPStatus)
_OWN_WORDS = ("peer closed", "Server disconnected", "[Errno", "All connection attempts", "no address for")


def utc_now() -> datetime:
    """The time that a `Retry-After` date is compared with."""
    return datetime.now(UTC)


def retry_after_s(headers: httpx.Headers, now: datetime) -> float | None:
    """The `Retry-After` header in seconds from `now`: seconds or an HTTP date (RFC 9110 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    seconds = size_in(value)
    if seconds is not None:
        return float(seconds)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:  # an HTTP date is in GMT, whatever form it has
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def error_for_status(response: httpx.Response) -> ClipError:
    """The error for a response that is not a success."""
    status, where = response.status_code, without_query(response.request.url)
    code, message = f"http_{status}", f"{where} answered {status} {_reason(status)}".rstrip()
    if status in TRANSIENT_STATUSES or status >= 500:
        wait_s = retry_after_s(response.headers, utc_now())
        return TransientError(code, message, retry_after_s=wait_s)
    return PermanentError(code, message)


def _reason(status: int) -> str:
    """The standard's word for a status. The server's own could repeat the query it was asked with."""
    return HTTPStatus(status).phrase if status in _KNOWN else ""


@contextmanager
def classified(uri: str) -> Iterator[None]:
    """Errors of httpx inside become errors of this project, without the URI's query."""
    where = without_query(uri)
    try:
        yield
    except httpx.ConnectError as error:
        raise _connect_error(error, where) from error
    except httpx.TimeoutException as error:
        kind = type(error).__name__.removesuffix("Timeout").lower()
        raise TransientError("timeout", f"{where}: no answer in time ({kind})") from error
    except httpx.DecodingError as error:
        raise TransientError("damaged_body", f"{where}: the body cannot be unpacked") from error
    except httpx.RemoteProtocolError as error:
        if "location header" in str(error):  # httpx reads it even where it is not to follow
            raise PermanentError("bad_redirect", f"{where} redirects to what is no address") from error
        raise TransientError("short_body", f"{where}: the server broke off{_detail(error)}") from error
    except httpx.TransportError as error:
        raise TransientError("connection", f"{where}: the connection failed{_detail(error)}") from error
    except (httpx.InvalidURL, UnicodeError) as error:  # UnicodeError: a host that is no name (idna)
        raise PermanentError("bad_uri", f"{where}: no address that can be asked") from error


def _detail(error: httpx.TransportError) -> str:
    """What a library says, where it says it in words of its own: others hold what the server sent."""
    text = str(error)
    return f" ({text})" if text.startswith(_OWN_WORDS) else f" ({type(error).__name__})"


def _connect_error(error: httpx.ConnectError, where: str) -> ClipError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            hint = "a company's own certificate authority goes into SSL_CERT_FILE"
            return PermanentError("tls", f"{where}: the connection is not secure ({error})", hint=hint)
        cause = cause.__cause__ or cause.__context__
    return TransientError("connection", f"{where}: cannot connect ({error})")
