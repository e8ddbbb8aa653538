"""The tag of a version, however the plan spells the version."""

import pytest

from gonogo.plan import Product


@pytest.mark.parametrize(
    ("pattern", "version", "tag"),
    [
        ("v{version}", "1.2.3", "v1.2.3"),
        ("v{version}", "v1.2.3", "v1.2.3"),
        ("{version}", "v1.2.3", "v1.2.3"),
        ("{product}/v{version}", "web/v1.2.3", "web/v1.2.3"),
        ("{product}@{version}", "1.2.3", "web@1.2.3"),
        ("release-{version}-ga", "7", "release-7-ga"),
        ("v{version}", "vesper", "vvesper"),
    ],
)
def test_a_prefix_stands_once(pattern: str, version: str, tag: str) -> None:
    """A plan that says `v1.2.3` and the pattern `v{version}` mean one `v`; the name of an opaque version stays."""
    product = Product("web", version, tag=pattern)
    assert product.tag_name == tag
