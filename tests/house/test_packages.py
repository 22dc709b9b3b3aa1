"""The packages at the top level: each is installed, layered and sorted, and nothing else is loose at the root."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from shutil import which
from subprocess import run

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TOOLS = PYPROJECT["tool"]
PACKAGES = {file.parent.name for file in ROOT.glob("*/__init__.py")}
MODULES = {file.stem for file in ROOT.glob("*.py")}


def test_only_the_worker_and_the_settings_are_loose() -> None:
    assert set(TOOLS["setuptools"]["py-modules"]) == MODULES == {"settings", "worker"}


def test_every_package_is_installed() -> None:
    assert {each.rstrip("*") for each in TOOLS["setuptools"]["packages"]["find"]["include"]} == PACKAGES


def test_every_package_has_its_layer() -> None:
    layers = next(each["layers"] for each in TOOLS["importlinter"]["contracts"] if each["id"] == "layers")
    named = {name.strip() for layer in layers for name in layer.split("|")}
    assert named == set(TOOLS["importlinter"]["root_packages"]) == PACKAGES


def test_imports_of_every_package_are_sorted_as_ours() -> None:
    ours = set(TOOLS["ruff"]["lint"]["isort"]["known-first-party"])
    assert ours >= PACKAGES | MODULES


def test_every_package_goes_into_the_image() -> None:
    copied = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {each for each in PACKAGES if f"COPY {each} ./{each}\n" in copied} == PACKAGES
    assert {each for each in PACKAGES if f"!{each}" in let_in} == PACKAGES


def test_an_sdk_that_replays_otherwise_is_never_chosen() -> None:
    asked = next(each for each in map(Requirement, PYPROJECT["project"]["dependencies"]) if each.name == "temporalio")
    assert {each: each in asked.specifier for each in ("1.35.0", "1.36.0", "1.36.1")} == {
        "1.35.0": True,
        "1.36.0": False,
        "1.36.1": True,
    }


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_what_is_asked_for(lock: str) -> None:
    pinned = dict(re.findall(r"^([\w.-]+)==([^ ;]+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
    asked = [Requirement(each) for each in PYPROJECT["project"]["dependencies"]]
    assert [str(each) for each in asked if pinned.get(each.name, "0") not in each.specifier] == []


def test_nothing_that_is_ignored_is_kept() -> None:
    """Neither is a link: it would name a folder that only one machine has."""
    if not ((ROOT / ".git").exists() and which("git")):
        pytest.skip("not a checkout")
    kept = _git("ls-files", "--stage").splitlines()
    assert [line for line in kept if line.startswith("120000 ")] == []
    assert _git("ls-files", "--cached", "--ignored", "--exclude-standard") == ""


def _git(*words: str) -> str:
    return run(["git", "-c", "safe.directory=*", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout
