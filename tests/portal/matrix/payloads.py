"""What people might write to have it run: each is told by its marks, whether it became an element or a script ran."""

from __future__ import annotations

from itertools import count

from tests.portal.matrix.world import plainly

CANARY = "window.pwned=1"
PAYLOADS = (
    f'"><script data-xss>{CANARY}</script>',
    f"'><img data-xss src=https://evil.example/x onerror={CANARY}>",
    f"</textarea></title><svg data-xss onload={CANARY}>",
    f"javascript:{CANARY}//",
    f'" autofocus tabindex=1 onfocus={CANARY} data-xss="',
    f'" hx-get="/cuenta" hx-trigger="load" hx-on:click="{CANARY}" data-xss="',
    "--><iframe data-xss srcdoc='<script>parent.pwned=1</script>'>",
    "' style=background:url(//evil.example/y) data-xss='",
    f"{{{{ {CANARY} }}}}{{% raw %}}${{{CANARY}}}<b data-xss>%s",
    f"</script><math data-xss><a href='javascript:{CANARY}'>x",
    "&lt;script data-xss&gt;&#60;img data-xss src=x&#62;\\u003cimg data-xss src=x\\u003e",
    "<base data-xss href=https://evil.example/><form data-xss action=//evil.example><button>x",
)

MARKED = (
    f"[pulse](javascript:{CANARY}) ![foto](https://evil.example/y.png)",
    f"<javascript:{CANARY}> [x]: javascript:{CANARY} [x][x]",
    f"> - `<script data-xss>{CANARY}</script>` **<img data-xss src=https://evil.example/x>**",
    f"```html data-xss onload={CANARY}\n<iframe data-xss src=//evil.example></iframe>\n```",
    f"~~*<svg data-xss onload={CANARY}>*~~ [](data:text/html,<script>{CANARY}</script>)",
)
"""The same by the light formatting of what was said."""

_NEXT = count()


def nastily(whose: str, what: str) -> str:
    """A text for any field: one payload after the other, and at the end what the text is about."""
    return f"{PAYLOADS[next(_NEXT) % len(PAYLOADS)]} {plainly(whose, what)}"
