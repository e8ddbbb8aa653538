"""URLs with a password in them that are wrong in other ways too."""

import base64
from urllib.parse import quote

from hypothesis import strategies as st

CANARY = "c4nary!pa55w0rd"
_ALL_PERCENT = "".join(f"%{ord(letter):02X}" for letter in CANARY)
SPELLINGS = (
    CANARY,
    quote(CANARY, safe=""),
    _ALL_PERCENT,
    _ALL_PERCENT.lower(),
    base64.b64encode(CANARY.encode()).decode(),
    base64.b64encode(f"anna:{CANARY}".encode()).decode(),
)
"""How the password may be written: as it is, percent-encoded, in base64 alone and behind its user's name."""


def wrong_urls(
    schemes: tuple[str, ...] = ("https://", "HTTP://", "https:///", "ftp://"),
) -> st.SearchStrategy[str]:
    """`https://anna:PASSWORD@host:99999/{version a b`: a password, and none to many mistakes beside it."""
    userinfo = st.builds(
        "{}:{}{}{}".format,
        st.sampled_from(("anna", "", "an%40na", "anna:more", "{product}")),
        st.sampled_from(("", "x", "{", "%zz", "%2F")),
        st.sampled_from(SPELLINGS),
        st.sampled_from(("", " ", "/", "}", "{", "?x", "%40", "@", "%", "[", "|")),
    )
    host = st.sampled_from(
        (
            "host.example.com",
            "{env}.example.com",
            "{version",
            "host}",
            "[::1",
            "169.254.169.254",
            "",
            "a b",
            "h%2Fx",
        )
    )
    port = st.sampled_from(("", ":0", ":99999", ":port", ":{port", ":-1", ":80:80"))
    rest = st.sampled_from(
        ("", "/", "/{version", "/a b", "/x\\y", "/?token=1", "/#x", "/%zz", "?a=b&" * 101, "/}", "/@x", "/{host}")
    )
    return st.builds("{}{}@{}{}{}".format, st.sampled_from(schemes), userinfo, host, port, rest)
