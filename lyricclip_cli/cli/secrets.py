"""What a bug's traceback must not show: it goes into a public report, and exceptions repeat what they were given."""

import re
from collections.abc import Mapping

SECRET_VARIABLES = ("TWELVELABS_API_KEY",)

HIDDEN = "…"

_ADDRESS = re.compile(
    r"""(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)
        (?P<user>[^\s/?\#'"<>\\]*@)?
        (?P<place>[^\s?\#'"<>\\]*)
        (?P<query>[?\#][^\s'"<>\\]*)?""",
    re.VERBOSE,
)


def without_secrets(text: str, environ: Mapping[str, str]) -> str:
    """A text without the values of secret variables, and without users, passwords and queries of addresses."""
    for name in SECRET_VARIABLES:
        value = environ.get(name, "").strip()
        if value:
            text = text.replace(value, HIDDEN)
    return _ADDRESS.sub(_harmless, text)


def _harmless(address: re.Match[str]) -> str:
    user, query = (HIDDEN if address[part] else "" for part in ("user", "query"))
    return f"{address['scheme']}{user}{'@' if user else ''}{address['place']}{'?' if query else ''}{query}"
