"""Workflow code decides the same again when its history is replayed. The worker runs it outside any sandbox, so what a
sandbox would catch is read here in its text; the replays inside one (tests/workflows/test_replay.py) try it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.test_structure import ROOT, VALUE_MODULES, tree_of
from tests.support.every import every

DECIDES = [
    *sorted((ROOT / "workflows").rglob("*.py")),
    *sorted((ROOT / "policy").rglob("*.py")),
    ROOT / "wording/facts/operator.py",
]
"""What runs inside a workflow."""
IMPORTED = {
    *VALUE_MODULES,
    *("asyncio", "activities", "policy", "pydantic", "pydantic_core", "workflows", "wording.facts.operator"),
    *(
        "temporalio.api.common",
        "temporalio.common",
        "temporalio.contrib.pydantic",
        "temporalio.converter",
        "temporalio.exceptions",
    ),
    "temporalio.workflow",
}
"""Activities are imported for their names and types; what they do is done elsewhere."""
OF_ASYNCIO = {"CancelledError", "Lock", "Task", "create_task", "gather"}
"""Temporal's loop runs these in one order; `wait` and `as_completed` go through sets, and threads never repeat."""
NEVER_CALLED = {"__import__", "breakpoint", "compile", "eval", "exec", "hash", "id", "input", "open", "print"}
CLOCKS = {"fromtimestamp", "now", "today", "utcnow"}
IN_ANY_ORDER = {"all", "any", "frozenset", "len", "max", "min", "set", "sorted", "sum"}
IN_ORDER = {"dict", "enumerate", "filter", "iter", "list", "map", "next", "reversed", "tuple", "zip"}
MAKE_SETS = {"difference", "intersection", "symmetric_difference", "union"}


def offences(tree: ast.Module) -> Iterator[str]:
    """What of a module could come out otherwise when it runs again, each with its line."""
    sets = {name for node in ast.walk(tree) for name in _named_sets(node)}
    for node in ast.walk(tree):
        for told in (*_imports(node), *_uses(node), *_walks_through_sets(node, sets)):
            yield f"line {getattr(node, 'lineno', 0)}: {told}"


def _imports(node: ast.AST) -> Iterator[str]:
    names = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    for name in names:
        if not any(f"{name}.".startswith(f"{known}.") for known in IMPORTED):
            yield f"imports {name}"


def _uses(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
        owner = ast.unparse(node.value)
        if owner == "asyncio" and node.attr not in OF_ASYNCIO:
            yield f"asyncio.{node.attr}"
        if node.attr in CLOCKS and owner != "workflow":
            yield f"{owner}.{node.attr} reads a clock"
    if isinstance(node, ast.ImportFrom) and node.module == "asyncio":
        yield "asyncio's names are used as asyncio's"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NEVER_CALLED:
        yield f"calls {node.func.id}"


def _walks_through_sets(node: ast.AST, sets: set[str]) -> Iterator[str]:
    walked: list[ast.expr] = []
    match node:
        case ast.For() | ast.AsyncFor():
            walked = [node.iter]
        case ast.ListComp() | ast.DictComp():
            walked = [each.iter for each in node.generators]
        case ast.Call(func=ast.Name(id=name)) if name in IN_ANY_ORDER:
            return
        case ast.Call(func=ast.Name(id=name)) if name in IN_ORDER:
            walked = node.args
        case ast.Call(func=ast.Attribute(attr="join" | "fromkeys" | "extend")):
            walked = node.args
        case ast.Starred():
            walked = [node.value]
        case ast.YieldFrom():
            walked = [node.value]
    for each in walked:
        inner = [part.iter for part in each.generators] if isinstance(each, ast.GeneratorExp) else [each]
        if any(_is_a_set(one, sets) for one in inner):
            yield f"walks through a set: {ast.unparse(each)}"


def _is_a_set(node: ast.expr, sets: set[str]) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in sets
        case ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case ast.Call(func=ast.Attribute(attr=name)) if name in MAKE_SETS:
            return True
        case ast.BinOp(op=ast.Sub() | ast.BitAnd() | ast.BitOr() | ast.BitXor()):
            return any(_is_a_set(side, sets) or _is_keys(side) for side in (node.left, node.right))
    return False


def _is_keys(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"keys", "items"}


def _named_sets(node: ast.AST) -> Iterator[str]:
    """Names, parameters and fields that hold sets."""
    match node:
        case ast.Assign(targets=targets, value=value) if _is_a_set(value, set()):
            yield from (name for target in targets for name in _names(target))
        case ast.AnnAssign(target=target, annotation=annotation) if _says_set(annotation):
            yield from _names(target)
        case ast.arg(arg=name, annotation=ast.expr() as annotation) if _says_set(annotation):
            yield name


def _says_set(annotation: ast.expr) -> bool:
    said = ast.unparse(annotation).replace("'", "")
    return said.split("[")[0].rpartition(".")[2] in {"set", "frozenset", "Set", "AbstractSet"}


def _names(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name


@every("module", DECIDES)
def test_it_decides_the_same_again(module: Path) -> None:
    assert list(offences(tree_of(module))) == []


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nat = datetime.now()",
        "import datetime\nat = datetime.datetime.utcnow()",
        "from datetime import date\non = date.today()",
        "import time",
        "import random",
        "from uuid import uuid4",
        "import os",
        "from os import environ",
        "import threading",
        "from concurrent.futures import ThreadPoolExecutor",
        "import storage.case.views",
        "from wording.language import word",
        "from temporalio.client import Client",
        "open('policy.toml')",
        "print('here')",
        "key = hash('MA-1')",
        "key = id(object())",
        "import asyncio\nasyncio.wait(tasks)",
        "import asyncio\nasyncio.as_completed(tasks)",
        "import asyncio\nasyncio.to_thread(work)",
        "from asyncio import wait",
        "for each in {'a', 'b'}: pass",
        "for each in set(names): pass",
        "told = [each for each in frozenset(names)]",
        "told = {each: 1 for each in found.keys() - known}",
        "told = tuple({each for each in names})",
        "told = ', '.join(each.name for each in {1, 2})",
        "def tell(names: set[str]) -> list[str]: return list(names)",
        "NAMES = {'a', 'b'}\nfor each in NAMES: pass",
        "names: frozenset[str] = known\ntold = [*names]",
        "told = [*self.known.difference(names)]",
    ],
)
def test_what_would_not_is_found(text: str) -> None:
    assert list(offences(ast.parse(text)))


@pytest.mark.parametrize(
    "text",
    [
        "told = sorted({'a', 'b'})",
        "known = {each.id for each in set(names)}",
        "is_known = any(each in names for each in {1, 2})",
        "from temporalio import workflow\nat = workflow.now()",
        "for each in {'a': 1}: pass",
        "is_new = name in NAMES\nNAMES = {'a'}",
    ],
)
def test_what_comes_out_the_same_may_stay(text: str) -> None:
    assert list(offences(ast.parse(text))) == []
