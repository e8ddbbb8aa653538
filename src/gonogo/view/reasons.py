"""Why there is no usable answer, in a sentence a person at two in the morning can act on."""

from collections.abc import Mapping

from gonogo.facts import Missing, Reason

SENTENCES: Mapping[Reason, str] = {
    Reason.TIMEOUT: "The endpoint did not finish its answer in time.",
    Reason.REFUSED: "Nothing accepts connections at that address.",
    Reason.UNRESOLVED: "The host name has no address here.",
    Reason.DISCONNECTED: "The connection could not be made or broke off.",
    Reason.TLS: "The TLS connection failed or its certificate is not trusted.",
    Reason.PROTOCOL: "The answer was not valid HTTP, or its length was a lie.",
    Reason.REDIRECT: "The endpoint sends us elsewhere, and other origins are not followed.",
    Reason.HTTP_STATUS: "The endpoint answered with an error status.",
    Reason.UNAUTHORIZED: "The endpoint wants a credential, or ours is missing or not accepted.",
    Reason.TOO_LARGE: "The answer was too large to be read.",
    Reason.HTML: "A web page came where data was expected, most likely a log-in page.",
    Reason.NOT_JSON: "JSON was expected, and something else came.",
    Reason.EMPTY: "The answer was empty.",
    Reason.NO_VERSION: "The answer was read, and no version stands where one was expected.",
    Reason.NO_DATA: "The source answered and has no data about this; no data is not good news.",
    Reason.REFUSED_ADDRESS: "The plan names an address gonogo does not ask.",
    Reason.NOT_SUPPORTED: "The plan asks in a way this version, or this machine, cannot ask.",
}
"""One clear sentence for each reason."""


def sentence(reason: Reason) -> str:
    """What `reason` means, without the particulars."""
    return SENTENCES[reason]


def explain(missing: Missing) -> str:
    """The sentence and the particulars: `The endpoint answered with an error status: 503 Service Unavailable`."""
    return (
        f"{sentence(missing.reason).rstrip('.')}: {missing.detail}" if missing.detail else sentence(missing.reason)
    )
