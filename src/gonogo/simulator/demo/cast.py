"""The products of the demo, and what has been done to them."""

from datetime import datetime

from msgspec import Struct

from gonogo.plan import VersionFile

ENVIRONMENTS = ("dev", "staging", "prod-eu", "prod-us")
ZONE = "Europe/Berlin"


_BREAKING = (
    "feat(query)!: drop the v1 query language\n\n"
    "BREAKING CHANGE: clients of /v1/search must send the query as JSON to /v2/search."
)


_BUG = "Seen in production: a card was charged twice when the bank answered late.\nCloses PAY-1511."
OLD_FILE = "src/webhook.py"
"""Made in the first release of the product that has `bugs`, and left alone since."""


class Cast(Struct, frozen=True):
    """One product of the demo."""

    name: str
    previous: str
    version: str
    owner: str
    probe: str
    """The `probe:` of the plan, with {url} for its address."""
    path: str
    """What its address ends with."""
    nouns: tuple[str, ...]
    subjects: tuple[str, ...]
    """Messages of its new commits that a release manager should notice."""
    older: tuple[str, ...]
    """Releases before `previous`, oldest first."""
    file: VersionFile
    scheme: str = ""
    migration: str = ""
    bugs: tuple[tuple[str, str], ...] = ()
    """Fixes made after the planned release was cut: (message, the file it changes)."""


def products(now: datetime) -> tuple[Cast, ...]:
    """The products; the calendar version of one of them is that of the month."""
    return (
        Cast(
            "user-service",
            "1.2.2",
            "1.2.3",
            "ben",
            '"{url}"',
            "/version",
            ("session", "profile", "token", "address"),
            (
                "fix(session): end every session when the password changes\n\nCloses PAY-1482.",
                "fix(token): refuse a token issued in the future",
            ),
            ("1.0.0", "1.1.0", "1.2.0", "1.2.1"),
            VersionFile("pyproject.toml", key="project.version"),
        ),
        Cast(
            "payment-api",
            "4.5.3",
            "4.6.0",
            "ben",
            '{use: json, url: "{url}", version: build.version, revision: build.commit, status: health.state}',
            "/build.json",
            ("refund", "invoice", "currency", "ledger"),
            (
                "feat(refund): refund part of an invoice",
                "fix(currency): round half to even, as the bank does",
                "feat(invoice): print the tax number of the customer",
            ),
            ("4.3.0", "4.4.0", "4.5.0", "4.5.1"),
            VersionFile("pyproject.toml", key="project.version"),
            migration="expand",
            bugs=(
                # production lacks what this one stands on: conflicts
                ("fix(refund): keep the currency of a refund in parts", "src/refund.py"),
                # production has the file as it was before: picks cleanly
                (f"fix(webhook): do not charge a card twice after a timeout\n\n{_BUG}", OLD_FILE),
            ),
        ),
        Cast(
            "search",
            "2.9.4",
            "3.0.0",
            "ewa",
            '"{url}"',
            "/version",
            ("index", "query", "synonym", "ranking"),
            (
                _BREAKING,
                "perf(index): read the index in one pass",
                "feat(synonym): learn synonyms from the catalogue",
            ),
            ("2.7.0", "2.8.0", "2.9.0"),
            VersionFile("package.json", key="version"),
        ),
        Cast(
            "web-frontend",
            _calendar(now, 1),
            _calendar(now, 0),
            "chloe",
            '{use: header, url: "{url}", header: X-App-Version}',
            "/",
            ("basket", "login", "banner", "menu"),
            (
                "feat(basket): keep the basket across devices",
                "fix(login): focus the first wrong field",
                "feat(banner): announce the maintenance window",
            ),
            (_calendar(now, 4), _calendar(now, 3), _calendar(now, 2)),
            VersionFile("package.json", key="version"),
            scheme="calver",
        ),
        Cast(
            "notifications",
            "1.8.0",
            "1.8.1",
            "dai",
            '{use: text, url: "{url}"}',
            "/VERSION",
            ("mail", "push", "template", "digest"),
            # a feature in a patch release: the cockpit says so
            ("fix(mail): do not send twice after a restart", "feat(digest): one mail a day instead of ten"),
            ("1.6.0", "1.7.0", "1.7.1"),
            VersionFile("VERSION", pattern="{version}"),
        ),
        Cast(
            "ledger",
            "0.13.2",
            "0.14.0",
            "dai",
            '"{url}"',
            "/version",
            ("entry", "balance", "statement", "audit"),
            ("feat(statement): close a month in one step", "fix(balance): add up in cents"),
            ("0.12.0", "0.13.0", "0.13.1"),
            VersionFile("helm/Chart.yaml", key="appVersion"),
        ),
    )


def _calendar(now: datetime, months_ago: int) -> str:
    month = now.year * 12 + now.month - 1 - months_ago
    return f"{month // 12}.{month % 12 + 1}.0"
