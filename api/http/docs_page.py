"""The reference as a page: rendered from the OpenAPI document, complete in itself, without scripts or foreign hosts."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi.responses import HTMLResponse

from wording.language import translate

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h2{margin-top:3rem;border-bottom:1px solid #d0d7de}
code,pre{font:14px/1.4 ui-monospace,monospace;background:#f3f5f7;border-radius:4px;padding:.1em .3em}
pre{padding:.8em;overflow-x:auto}
summary{cursor:pointer;padding:.3em 0}
summary:focus-visible{outline:2px solid #0b5cad}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3em .6em;border-bottom:1px solid #e3e7eb}
.method{display:inline-block;min-width:3.5em;font-weight:700}
@media (prefers-color-scheme:dark){body{color:#e6e9ec;background:#14171a}code,pre{background:#22272c}}
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def page(document: dict[str, Any]) -> HTMLResponse:
    return HTMLResponse("".join(_html(document)), headers={"Content-Security-Policy": _POLICY})


def _html(document: dict[str, Any]) -> Iterator[str]:
    info = document["info"]
    yield f'<!doctype html><html lang="es"><head><meta charset="utf-8"><title>{escape(info["title"])}</title>'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f"<style>{_STYLE}</style></head><body><main><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
    yield f"<p>{escape(info['summary'])}</p><p>{escape(info['description'])}</p>"
    yield f'<p><a href="openapi.json">{translate("The OpenAPI document")}</a></p>'
    by_tag: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append((method, path, operation))
    for tag, operations in by_tag.items():
        yield f"<h2>{escape(translate(tag).capitalize())}</h2>"
        for method, path, operation in operations:
            yield from _operation(method, path, operation)
    yield "</main></body></html>"


def _operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f'<details><summary><span class="method">{method.upper()}</span> <code>{escape(path)}</code> '
    yield f"{escape(operation['summary'])}</summary>"
    if parameters := operation.get("parameters"):
        rows = (
            f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}</td>"
            f"<td>{translate('required') if each.get('required') else ''}</td></tr>"
            for each in parameters
        )
        yield f"<h4>{translate('Parameters')}</h4><table>{''.join(rows)}</table>"
    if body := operation.get("requestBody", {}).get("content", {}).get("application/json"):
        yield f"<h4>{translate('Body')}</h4><pre>{_json(body.get('example'))}</pre>"
    yield f"<h4>{translate('Answers')}</h4>"
    for status, answer in operation["responses"].items():
        yield f"<details><summary><code>{escape(str(status))}</code> {escape(answer['description'])}</summary>"
        for content in answer.get("content", {}).values():
            if "example" in content:
                yield f"<pre>{_json(content['example'])}</pre>"
            for example in content.get("examples", {}).values():
                yield f"<pre>{_json(example['value'])}</pre>"
        yield "</details>"
    yield "</details>"


def _json(value: Any) -> str:
    return escape(json.dumps(value, indent=2, ensure_ascii=False))
