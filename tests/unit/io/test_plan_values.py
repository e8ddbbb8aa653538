"""Short forms, defaults that are derived, text that stays text, and limits that are just kept."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonogo.errors import PlanInvalid, PlanProblem
from gonogo.io.plan_file.parsing import parse_plan
from gonogo.io.plan_file.references import find_circles, source_ids
from gonogo.plan import Plan, Timing
from gonogo.plan.probes import ArgocdOptions

FULL = Path(__file__).parents[2] / "golden" / "plan" / "full.yaml"


def load(text: str) -> Plan:
    """The plan of a text."""
    return parse_plan(text.encode(), "release.yaml", "/srv/train")


def plan_with(*lines: str, product: str = "{version: 1.0.0}", environments: str = "[staging, production]") -> Plan:
    """A small plan with these lines besides."""
    start = [f"environments: {environments}", f"products: {{web: {product}}}"]
    own = [] if any(line.startswith("release:") for line in lines) else ["release: r"]
    return load("\n".join([*own, *start, *lines]))


@pytest.mark.parametrize(
    "text", ["2026.10", "010", "1e3", "NO", "null", "0x1F", "12345678", "1_000", "2026-11-24"]
)
def test_a_scalar_stays_the_text_it_was(text: str) -> None:
    """What YAML would make a number, a date, nothing or a truth value is what somebody wrote."""
    assert plan_with(f"release: {text}").release == text
    assert plan_with(f"metadata: {{time: 22:30, it: {text}}}").metadata == {"time": "22:30", "it": text}


def test_a_version_with_a_zero_at_its_end() -> None:
    """1.10 is not 1.1."""
    assert plan_with(product="{version: 1.10, scheme: opaque}").products[0].version == "1.10"


def test_environments_may_be_bare_keys() -> None:
    """`staging:` among the environments says enough."""
    plan = load("release: r\nproducts: {w: {version: 1.0.0}}\nenvironments:\n  dev:\n  prod:\n    soak: 1h\n")
    assert [env.name for env in plan.environments] == ["dev", "prod"]


@pytest.mark.parametrize(
    ("name", "production"),
    [
        ("production", True),
        ("prod", True),
        ("prod-eu", True),
        ("PROD", True),
        ("preprod", False),
        ("prodigy", False),
        ("production-eu", True),
        ("prod_us", True),
        ("eu-production", True),
        ("prd", True),
        ("live.eu", True),
        ("pre-prod", False),
        ("non-production", False),
        ("prod-test", True),
        ("staging-live", False),
        ("liverpool", False),
    ],
)
def test_production_by_its_name(name: str, production: bool) -> None:
    """Production, prod, prd or live as a word of it, unless the plan says otherwise."""
    assert plan_with(environments=f"[{name}]").environments[0].production is production
    said = plan_with(environments=f"{{{name}: {{production: {str(not production).lower()}}}}}")
    assert said.environments[0].production is not production


def test_after_may_be_one_several_or_none() -> None:
    """Without it, an environment comes after the one before."""
    plan = plan_with(environments="{a: , b: {after: []}, c: {after: a}, d: {after: [a, b]}, e: }")
    assert [env.after for env in plan.environments] == [(), (), ("a",), ("a", "b"), ("d",)]


def test_the_short_way_back() -> None:
    """A version alone is where rollback leads."""
    product = plan_with(product="{version: 1.2.0, previous: 1.1.0, rollback: 1.0.0}").products[0]
    assert (product.rollback.to, product.rollback.command) == ("1.0.0", ())


def test_a_clone_may_lie_outside_the_plans_directory() -> None:
    """Relative to the plan; an absolute one is taken as it is."""
    assert plan_with(product="{version: 1.0.0, repo: ../../web}").products[0].repo == "/web"
    assert plan_with(product="{version: 1.0.0, repo: /opt/./web/}").products[0].repo == "/opt/web"


def timing(defaults: str, own: str = "", use: str = "auto") -> Timing:
    """Timing of a probe with these keys of its own, below these defaults."""
    url = "https://web.example.com/"
    lines = [f"defaults: {{{defaults}}}"] if defaults else []
    probe = f"{{use: {use}, url: '{url}'{', ' + own if own else ''}}}"
    return plan_with(*lines, product=f"{{version: 1.0.0, probe: {probe}}}").products[0].probes[0].timing


def seconds(made: Timing) -> tuple[int, ...]:
    """every, timeout, stale_after, unknown_after."""
    return tuple(
        int(one.total_seconds()) for one in (made.every, made.timeout, made.stale_after, made.unknown_after)
    )


@pytest.mark.parametrize(
    ("defaults", "own", "expected"),
    [
        ("", "", (10, 5, 30, 90)),
        ("every: 60s", "", (60, 5, 180, 540)),
        ("", "every: 60s", (60, 5, 180, 540)),
        ("timeout: 60s", "", (10, 60, 140, 420)),
        ("every: 2s", "", (2, 5, 30, 90)),
        ("every: 20s", "", (20, 5, 60, 180)),
        ("every: 10s, timeout: 5s, stale_after: 30s, unknown_after: 90s", "every: 60s", (60, 5, 180, 540)),
        ("stale_after: 2m", "", (10, 5, 120, 360)),
        ("stale_after: 20s", "", (10, 5, 20, 90)),
        ("stale_after: 5m, unknown_after: 6m", "every: 30s", (30, 5, 300, 360)),
        ("every: 1m", "stale_after: 70s", (60, 5, 70, 540)),
    ],
)
def test_what_a_plan_does_not_say_about_timing_is_derived(
    defaults: str, own: str, expected: tuple[int, ...]
) -> None:
    """`every: 60s` alone is enough, wherever it stands."""
    assert seconds(timing(defaults, own)) == expected


def test_a_forge_is_never_asked_more_often_than_every_30_seconds() -> None:
    """The default of ten seconds is for endpoints of one's own."""
    assert seconds(timing("", "repo: a/b", use="github")) == (30, 5, 90, 270)


_LENGTH = st.one_of(st.none(), st.integers(1, 600))


@settings(max_examples=60)
@given(st.tuples(_LENGTH, _LENGTH, _LENGTH, _LENGTH), st.tuples(_LENGTH, _LENGTH, _LENGTH, _LENGTH))
def test_a_timing_that_is_accepted_is_in_order(
    defaults: tuple[int | None, ...], own: tuple[int | None, ...]
) -> None:
    """every + timeout < stale_after < unknown_after, whatever was given where."""
    keys = ("every", "timeout", "stale_after", "unknown_after")

    def written(lengths: tuple[int | None, ...]) -> str:
        return ", ".join(f"{key}: {n}s" for key, n in zip(keys, lengths, strict=True) if n is not None)

    try:
        made = timing(written(defaults), written(own))
    except PlanInvalid:
        return
    assert made.every + made.timeout < made.stale_after < made.unknown_after
    assert made.every >= timedelta(seconds=2)


def test_names_are_filled_into_every_text_of_a_probe() -> None:
    """Into the options as into the URLs, at any depth."""
    probe = "{use: argocd, url: 'https://a.example.com/', app: '{product}-{environment}', image: 'x/{product}'}"
    made = plan_with(product=f"{{version: 1.0.0, probe: {probe}}}").products[0].probes
    assert [one.options for one in made] == [
        ArgocdOptions(app="web-staging", image="x/web"), ArgocdOptions(app="web-production", image="x/web"),
    ]  # fmt: skip
    urls = "{use: text, urls: ['https://a.{environment}.example.com/', 'https://b.{environment}.example.com/']}"
    made = plan_with(product=f"{{version: 1.0.0, probe: {urls}}}").products[0].probes
    assert made[0].urls == ("https://a.staging.example.com/", "https://b.staging.example.com/")
    assert made[0].url == ""


def test_probes_come_in_the_order_of_the_environments() -> None:
    """Whatever order the plan lists them in."""
    probes = "{production: 'https://p.example.com', staging: 'https://s.example.com'}"
    made = plan_with(product=f"{{version: 1.0.0, probes: {probes}}}").products[0].probes
    assert [probe.environment for probe in made] == ["staging", "production"]


def test_sources_without_an_id_are_called_like_their_preset() -> None:
    """Numbered from the second on."""
    given = [{"use": "prometheus"}, {"use": "argocd", "id": "argo"}, {"use": "prometheus"}]
    assert source_ids(given) == ("prometheus", "argo", "prometheus-2")


def test_an_alias_stands_for_what_it_names() -> None:
    """Aliases are fine; only merge keys are not."""
    plan = load("release: r\nenvironments: &e [a, b]\nproducts: {w: {version: &v 1.0.0, previous: *v}}\n"
                "freezes: {x: {from: 2026-12-24, to: 2026-12-26, environments: *e}}")  # fmt: skip
    assert plan.products[0].previous == "1.0.0"
    assert plan.freezes[0].environments == ("a", "b")


def test_limits_are_just_kept() -> None:
    """64 levels, 1,000 aliases and 99,000 values are allowed."""
    deep = "[" * 62 + "x" + "]" * 62
    plan_with(f"metadata: {{deep: {deep}}}")
    plan_with(f"metadata: {{a: &a x, b: [{', '.join(['*a'] * 1_000)}]}}")
    plan_with(f"metadata: {{many: [{', '.join(['x'] * 99_000)}]}}")


def test_a_byte_order_mark_and_windows_line_ends_are_passed_over() -> None:
    """Editors put them there."""
    raw = b"\xef\xbb\xbf" + FULL.read_bytes().replace(b"\n", b"\r\n")
    assert parse_plan(raw, "release.yaml", "/srv").release == "2026.11-autumn"


def test_circles_are_found_once_and_in_time() -> None:
    """A chain of 50,000 is no circle, and no recursion either."""
    chain = {str(n): (str(n - 1),) for n in range(1, 50_000)} | {"0": ()}
    assert find_circles(chain) == ()
    assert find_circles({"a": ("b",), "b": ("c", "a"), "c": ("b",)}) == (("b", "c", "b"), ("a", "b", "a"))
    assert find_circles({"a": ("a",)}) == (("a", "a"),)


@settings(max_examples=200)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@,? \n\t\\0", max_size=60))
def test_any_text_is_a_plan_or_is_answered(text: str) -> None:
    """No text raises anything but PlanInvalid."""
    with pytest.raises(PlanInvalid):
        load(text)


_FULL_LINES = FULL.read_text(encoding="utf-8").splitlines()


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, len(_FULL_LINES) - 1),
    st.integers(0, 80),
    st.sampled_from(["", "x", "[", "{", ":", " ", "'", "*a", "- ", "!", "\t", "1", "~", "é"]),
)
def test_any_slip_in_the_full_example_is_answered(line: int, column: int, slip: str) -> None:
    """One character lost or typed somewhere: a plan, or mistakes with their places, never another error."""
    lines = list(_FULL_LINES)
    lines[line] = lines[line][:column] + slip + lines[line][column + 1 :]
    problems: tuple[PlanProblem, ...] = ()
    try:
        load("\n".join(lines))
    except PlanInvalid as invalid:
        problems = invalid.problems
    assert all(0 < problem.line <= len(lines) + 1 for problem in problems)


def test_a_program_that_read_a_plan_ends_in_peace() -> None:
    """msgspec 0.22 crashes the interpreter when some unions are freed; the shape keeps clear of them."""
    code = (
        "from gonogo.io.plan_file.parsing import parse_plan;"
        f"parse_plan(open({str(FULL)!r}, 'rb').read(), 'r', '/')"
    )
    environment = {**os.environ, "PYTHONMALLOC": "debug"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_reading_a_good_plan_loads_no_schema_library() -> None:
    """jsonschema costs 50 ms, cronsim and jmespath some more; a plain plan pays for none of them."""
    code = (
        "import sys; from gonogo.io.plan_file.parsing import parse_plan;"
        "parse_plan(b'release: r\\nenvironments: [a]\\nproducts: {w: {version: 1.0.0}}', 'r', '/');"
        "print(sorted({'jsonschema', 'jmespath', 'cronsim', 'httpx', 'git', 'textual', 'asyncio', 'subprocess'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_window_names_its_environments() -> None:
    """By default those of production; one that does not exist is a mistake with a suggestion."""
    times = "from: 2026-11-24 21:00, to: 2026-11-24 23:00"
    window = plan_with(f"window: {{{times}, environments: [staging, production]}}").window
    plain = plan_with(f"window: {{{times}}}")

    assert window is not None
    assert plain.window is not None
    assert window.environments == ("staging", "production")
    assert [one.name for one in plain.environments if plain.window.covers(one)] == ["production"]
    with pytest.raises(PlanInvalid) as caught:
        plan_with(f"window: {{{times}, environments: [prodction]}}")
    assert "did you mean 'production'?" in str(caught.value.problems[0])
