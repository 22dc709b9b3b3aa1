"""The packages at the top level: each is installed, layered and sorted, and nothing else is loose at the root."""

from __future__ import annotations

import tomllib
from pathlib import Path

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
