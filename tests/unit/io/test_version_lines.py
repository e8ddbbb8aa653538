"""Whose version a line holds."""

import pytest

from gonogo.io.git.ledger.version_lines import MARK, is_own

OWN = [
    ("1.0.1", []),
    ('"1.0.1"', []),
    ('version = "1.0.1"', ["[project]", 'name = "shop"']),
    ('  "version": "1.0.1",', ["{", '  "name": "shop",']),
    ("  <version>1.0.1</version>", ["<project>", "  <groupId>org.shop</groupId>"]),
    ("    <version>1.0.1</version>", ["<project>", "  <parent>", "    <artifactId>all</artifactId>"]),
    ("  <version>1.0.1</version>", ["<project>", "    <dependency>", "    </dependency>", "  </dependencies>"]),
    ('__version__ = "1.0.1"', []),
    ('export const VERSION = "1.0.1";', []),
    ("appVersion: 1.0.1", ["name: shop"]),
    ("    versionName \"1.0.1\"", ["android {", "  defaultConfig {"]),
    ("  <string>1.0.1</string>", ["  <key>CFBundleShortVersionString</key>"]),
    ("LABEL version=1.0.1", ["FROM debian"]),
    ("    image: registry.example.com/web:1.0.1", ["  web:"]),
    ("web==1.0.1", []),
    ("version=1.0.1", []),
    ("set(PROJECT_VERSION 1.0.1)", []),
]  # fmt: skip
OTHERS = [
    ("requests==1.0.1", []),
    ('    "left-pad": "1.0.1",', ['  "dependencies": {']),
    ('      "version": "1.0.1"', ['  "dependencies": {', '    "left-pad": {']),
    ('version = "1.0.1"', ["[dependencies.serde]"]),
    ('serde = { version = "1.0.1" }', ["[dependencies]"]),
    (
        "      <version>1.0.1</version>",
        ["  <dependencies>", "    <dependency>", "      <artifactId>x</artifactId>"],
    ),
    ("<spring.version>1.0.1</spring.version>", ["  <properties>"]),
    ("    version: 1.0.1", ["dependencies:", "  - name: redis"]),
    ("FROM redis:1.0.1", []),
    ("REDIS_VERSION=1.0.1", []),
    ("\texample.com/lib v1.0.1", ["require ("]),
    ("    image: redis:1.0.1", ["  cache:"]),
    ("web-client==1.0.1", []),
    ("  tag: 1.0.1", ["image:", "  repository: redis"]),
    ('  version = "1.0.1"', ['module "vpc" {', '  source = "x/vpc"']),
]


@pytest.mark.parametrize(("line", "before"), OWN)
def test_a_line_that_says_the_version_of_the_product(line: str, before: list[str]) -> None:
    """By its own name, or the product's."""
    assert is_own(line.replace("1.0.1", MARK), before, "web")


@pytest.mark.parametrize(("line", "before"), OTHERS)
def test_a_line_that_says_what_else_is_needed(line: str, before: list[str]) -> None:
    """Raising it may be a fix, whatever the number."""
    assert not is_own(line.replace("1.0.1", MARK), before, "web")
