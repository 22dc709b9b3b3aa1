"""What every file of the house keeps to, whoever writes it."""

import ast
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from cli.conformance import ids_in, rule_texts, rules, sources

ROOT = Path(__file__).parents[2]
SOURCES = [file for file in sources() if file.suffix == ".py"]
MODULES = [*SOURCES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "bench").rglob("*.py"))]
SAYS_NOTHING = {"utils", "util", "helpers", "common", "manager", "service", "base", "core"}
VALUE_MODULES = {
    "__future__", "abc", "bisect", "calendar", "collections", "contextlib", "dataclasses", "datetime", "decimal",
    "enum", "functools", "hashlib", "heapq", "itertools", "math", "operator", "re", "string", "tomllib", "types",
    "typing", "unicodedata", "zoneinfo",
}  # fmt: skip
"""What the policy may import: each turns values into values."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def text_of(module: Path) -> str:
    return module.read_text(encoding="utf-8")


@cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse(text_of(module))


def those(modules: Iterable[Path], offend: Callable[[Path], object]) -> list[str]:
    """The names of the modules that offend: one test a rule, which names each file that breaks it."""
    return [name_of(module) for module in modules if offend(module)]


def test_every_module_opens_with_what_lives_there() -> None:
    assert those(MODULES, lambda module: text_of(module).strip() and not ast.get_docstring(tree_of(module))) == []


def test_no_module_opens_with_a_riddle() -> None:
    """The first line says what the module is ("The outbox ..."), not a question ("What is still to be told")."""
    asks = {"How", "What", "When", "Where", "Whether", "Which", "Who", "Whom", "Whose", "Why"}

    def is_a_riddle(module: Path) -> bool:
        first, *_ = (ast.get_docstring(tree_of(module)) or "-").split(maxsplit=1)
        return first in asks

    assert those(SOURCES, is_a_riddle) == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert those(MODULES, lambda module: SAYS_NOTHING & {*module.relative_to(ROOT).parts, module.stem}) == []


def test_policy_imports_value_modules_and_itself() -> None:
    def imports_more(module: Path) -> bool:
        outside = {name for name in _imports(module) if not f"{name}.".startswith("policy.")}
        return not {name.partition(".")[0] for name in outside} <= VALUE_MODULES

    policy = sorted((ROOT / "policy").rglob("*.py"))
    assert len(policy) > 30
    assert those(policy, imports_more) == []


def _imports(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_the_policy_has_all_its_rules() -> None:
    families = [rule.partition("-")[0] for rule in rule_texts()]

    assert {family: families.count(family) for family in families} == {
        "PLAN": 17, "SCOPE": 6, "REQ": 7, "PRI": 5, "ESC": 18, "ONS": 6, "WAR": 6
    }  # fmt: skip


def test_every_rule_that_a_file_names_is_one_of_the_policys() -> None:
    rules_there_are = set(rule_texts())

    assert those(MODULES, lambda module: set(ids_in(text_of(module))) - rules_there_are) == []


def test_the_conformance_table_finds_where_a_rule_stands() -> None:
    first = next(rule for rule in rules() if rule.id == "ESC-1")

    assert first.text.startswith("1 · Help Desk · 30 min")
    assert "settings.py:Settings" in first.places


def test_no_file_of_the_project_names_a_package_registry() -> None:
    hosts = re.compile("|".join(("p" + "ypi\\.", "python" + "hosted", "npm" + "js\\.", "deb\\." + "debian")))
    files = [ROOT / "pyproject.toml", ROOT / "Makefile", ROOT / "Dockerfile", ROOT / "docker-compose.yml"]
    files += [*ROOT.glob("*.lock"), *MODULES]

    assert [name_of(file) for file in files if hosts.search(file.read_text(encoding="utf-8"))] == []


def test_no_dependency_of_an_edge_is_called_in_a_thread() -> None:
    """FastAPI calls what is no coroutine function in a thread, which costs each request more than most of them do."""
    edges = [module for module in SOURCES if name_of(module).startswith(("api/", "portal/"))]
    called = {(name_of(module), name) for module in edges for name in _dependencies_of(tree_of(module))}
    assert ("api/http/deps.py", "now") in called
    in_threads = [
        (name_of(module), each.name)
        for module in edges
        for each in tree_of(module).body
        if isinstance(each, ast.FunctionDef) and (name_of(module), each.name) in called
    ]
    assert in_threads == []


def _dependencies_of(tree: ast.Module) -> set[str]:
    calls = (each for each in ast.walk(tree) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name))
    asked = (each.args[0] for each in calls if each.func.id in ("Depends", "Security") and each.args)  # type: ignore[attr-defined]
    return {each.id for each in asked if isinstance(each, ast.Name)}
