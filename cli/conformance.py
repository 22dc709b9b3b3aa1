"""The conformance table: each rule of docs/policy.md, where the source names it, and the tests that proved it last.

`make conformance` prints it. A rule is enforced where a docstring, comment or string names its id; the tests are those
that carry it as `@pytest.mark.rule`. It judges nothing: it exits 0 whatever it shows.
"""

import ast
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("policy", "workflows", "activities", "desk", "wording", "storage", "api", "portal", "cli", "demo")
"""The rooms of the house, which stand at the repository's top level beside `worker.py` and `settings.py`."""
LAST_RUN = Path(".escala-test/conformance.json")

_RULE = re.compile(r"\b((?:PLAN|SCOPE|REQ|PRI|ESC|ONS|WAR)-)(\d+)(?:\.\.(\d+))?\b")
_ROW = re.compile(r"^\| ([A-Z]+-\d+) \| (.+?) \|(?: \[[^|]*)? *\|?$")
_WIDTH = 110


@dataclass(frozen=True)
class Rule:
    """One row: what the policy says, where the source names it, and how its tests ended."""

    id: str
    text: str
    places: tuple[str, ...]
    outcomes: dict[str, str]

    @property
    def state(self) -> str:
        counts = [(list(self.outcomes.values()).count(o), o) for o in ("failed", "passed", "skipped")]
        return ", ".join(f"{count} {outcome}" for count, outcome in counts if count) or "open"


def rules(root: Path = ROOT) -> list[Rule]:
    """The whole table, in the policy's order."""
    texts, places, outcomes = rule_texts(root), _places(root), _outcomes(root / LAST_RUN)
    return [Rule(rule, text, tuple(places[rule]), outcomes[rule]) for rule, text in texts.items()]


def rule_texts(root: Path = ROOT) -> dict[str, str]:
    """The rules' ids and texts, from the tables of docs/policy.md."""
    rows = map(_ROW.match, (root / "docs/policy.md").read_text(encoding="utf-8").splitlines())
    return {row[1]: row[2].strip(" |").replace(" | ", " · ") for row in rows if row}


def ids_in(text: str) -> Iterator[str]:
    """Every rule id in a text; `ESC-1..3` names three."""
    for prefix, first, last in _RULE.findall(text):
        yield from (f"{prefix}{n}" for n in range(int(first), int(last or first) + 1))


def sources(root: Path = ROOT) -> list[Path]:
    """Every file that may enforce a rule: the packages' modules and policy file, and the two modules beside them."""
    packaged = (file for package in PACKAGES for end in ("py", "toml") for file in (root / package).rglob(f"*.{end}"))
    return sorted([root / "settings.py", root / "worker.py", *packaged])


def _places(source: Path) -> defaultdict[str, list[str]]:
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for file in sources(source):
        text, name = file.read_text(encoding="utf-8"), str(file.relative_to(source))
        scopes = _scopes(ast.parse(text)) if file.suffix == ".py" else {}
        for number, line in enumerate(text.splitlines(), start=1):
            for rule in ids_in(line):
                found[rule][f"{name}:{scopes[number]}" if number in scopes else name] = None
    return defaultdict(list, {rule: list(places) for rule, places in found.items()})


def _scopes(tree: ast.AST, within: str = "") -> dict[int, str]:
    """Each line's innermost function or class."""
    scopes: dict[int, str] = {}
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{within}{node.name}"
            scopes |= dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), name)
            scopes |= _scopes(node, f"{name}.")
    return scopes


def _outcomes(last_run: Path) -> defaultdict[str, dict[str, str]]:
    outcomes: defaultdict[str, dict[str, str]] = defaultdict(dict)
    if last_run.exists():
        for test, result in json.loads(last_run.read_text(encoding="utf-8")).items():
            for rule in result["rules"]:
                outcomes[rule][test] = result["outcome"]
    return outcomes


def table(rows: list[Rule]) -> str:
    """The table as text, its summary last."""
    lines = []
    for rule in rows:
        lines.append(f"{rule.id:<9}{_shortened(rule.text, 78):<80}{rule.state}")
        lines += _wrapped("in", rule.places) + _wrapped("by", _test_names(rule))
    open_rules = [rule.id for rule in rows if rule.state == "open"]
    failing = [rule.id for rule in rows if "failed" in rule.outcomes.values()]
    lines.append(f"\n{len(rows)} rules: {len(rows) - len(open_rules)} tested, {len(open_rules)} open")
    lines += _wrapped("failing", failing) + _wrapped("open", open_rules)
    return "\n".join(lines)


def _test_names(rule: Rule) -> list[str]:
    """Each test once, without its parameters; one that failed or was skipped says so."""
    names: dict[str, None] = {}
    for test, outcome in rule.outcomes.items():
        name = test.split("::")[-1].partition("[")[0]
        names[name if outcome == "passed" else f"{name} ({outcome})"] = None
    return list(names)


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1].rsplit(" ", 1)[0] + "…"


def _wrapped(label: str, words: tuple[str, ...] | list[str]) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + len(word) < _WIDTH:
            lines[-1] += f", {word}"
        else:
            lines.append(f"{label if not lines else '':>8} {word}")
    return lines


if __name__ == "__main__":
    sys.stdout.write(table(rules()) + "\n")
