"""Whatever stands in a header, a cookie or behind the question mark, the answer is ours and never a failure of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tests.portal.matrix.asking import ask
from tests.portal.matrix.bodies import request
from tests.portal.matrix.desks import copied
from tests.portal.matrix.routes import Route, routes
from tests.portal.matrix.who_may import NOBODY
from tests.portal.matrix.world import World
from tests.support.thoroughness import IS_LONG

ANYTHING = ("", "[", "\xff\xe9 \xb2", "9" * 5_000, ";,=&%zz%00/\\\"'")
ADDRESSES = ("http://[", "//[::1", "http://a:99999999/\xbd?x#y", "javascript:alert(1)", "/\\evil?a=%zz&b", "null")
RANGES = ("bytes=-", "bytes=9-1", "bytes=\xb2-", "bytes=0-0,0-0,-5,99999-", "W/", "*", "Thu, 99 Xxx 9 99:99:99 +99999")
FORM = "multipart/form-data; boundary=x"
CHARSETS = ("undefined", "idna", "punycode", "unicode_escape", "a\x00b", "\xff", "utf-16", '"', "rot13")
HEADERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("Origin", "Referer", "HX-Current-URL", "HX-Request", "Host"), ADDRESSES),
    **dict.fromkeys(("Range", "If-Range", "If-None-Match", "If-Match", "If-Modified-Since"), RANGES),
    "Accept": ("text/event-stream;\xff",),
    "Accept-Language": ("es;q=nan, en;q=\xb2, ;;q, -;q=1_0", "es;" * 2_000),
    "Authorization": ("Bearer", "Bearer \xe9\x00", "Basic \xff", "Bearer " + "x" * 5_000),
    "Content-Length": ("-1", "1e9", "\xb2"),
    "Content-Type": (
        *(FORM, "multipart/form-data", "application/json; charset=undefined", "a/b; c*9=d; =;"),
        *(f"{kind}; charset={each}" for each in CHARSETS for kind in (FORM, "application/x-www-form-urlencoded")),
    ),
    "Cookie": (
        '__Host-escala="\\377\\000\\012' + "a" * 30 + '"',
        f"__Host-escala={'s' * 40}; __Host-escala-navegador=\xe9.\xe9; escala-idioma=\xff; __Host-escala-visita=\\",
        "__Host-escala-externo=\xe9=; a=b; =; ;",
    ),
    "Forwarded": ("for=[;proto",),
    "Idempotency-Key": ("x" * 201, "á\x00"),
    "Last-Event-ID": ("-1", "\xb2", "1e3"),
    "Sec-Fetch-Site": (),
    "User-Agent": ("\x7f" * 400,),
    "X-Escala-Stamp": (".", "a.\xe9"),
    "X-Forwarded-For": ("[", "::1%\xff", "1.2.3.4:99999999", ",,"),
    "X-Forwarded-Proto": ("gopher",),
}
"""Each header that we or what we stand on reads, with the nonsense that is its own."""
CACHED = ("Range", "If-Range", "If-None-Match", "If-Modified-Since", "Cookie")
ASKED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("GET /ingreso", NOBODY, tuple(HEADERS)),
    ("POST /idioma", "agent", tuple(HEADERS)),
    ("POST /casos/{number}/ordenes/{path:path}", "agent", ("Content-Type", "Content-Length", "HX-Current-URL")),
    ("GET /static/{path:path}", NOBODY, CACHED),
    ("GET /archivos/{file_id}", "contact_a", CACHED),
    ("GET /api/v1/cases/{number}", "agent", tuple(HEADERS)),
    ("POST /api/v1/cases/{number}/notes", "agent", ("Content-Type", "Content-Length", "Idempotency-Key", "Host")),
    ("POST /api/v1/files", "contact_a", ("Content-Type", "Content-Length")),
    ("PUT /api/v1/customers/{customer_id}/contacts", "admin", ("If-Match",)),
    ("POST /ingreso", NOBODY, ("X-Forwarded-For", "User-Agent")),
    ("GET /ingreso/externo/vuelta", NOBODY, ("Cookie",)),
    ("GET /cola", "agent", ()),
    ("GET /casos/{number}/eventos", "agent", ("Last-Event-ID",)),
    ("GET /api/v1/cases/{number}/stream", "agent", ("Last-Event-ID",)),
)
"""Routes of both edges, who asks, and the headers that are read on the way; most are read the same everywhere."""
WITH_ALL = [name for name, _, headers in ASKED if len(headers) == len(HEADERS)]
"""In an ordinary run each of ANYTHING stands in each header on one of these."""
QUERIES = ("\udcff", "q=\udcc3", "%ff=%00&&=&;", "desde=%ED%A0%80&cursor=%zz", "&".join(f"a{n}" for n in range(1_500)))


def _address(world: World, route: Route) -> str:
    path = "replies" if "ordenes" in route.path else "escala.css"
    its = {"customer_id": "cli-a", "file_id": world.ids["a"]["file"], "number": world.ids["a"]["case"]}
    return route.at(**its, path=path)


@pytest.mark.parametrize(("name", "who", "headers"), ASKED, ids=[name for name, *_ in ASKED])
async def test_nonsense_is_answered(
    filled: World, tmp_path: Path, name: str, who: str, headers: tuple[str, ...]
) -> None:
    [route] = [each for each in routes() if each.name == name]
    order = "replies" if "ordenes" in name else ""
    anything = ANYTHING if IS_LONG or name not in WITH_ALL else ANYTHING[WITH_ALL.index(name) :: len(WITH_ALL)]
    tried = [(header, value, "") for header in headers for value in (*anything, *HEADERS[header])]
    failed = []
    async with copied(filled, tmp_path) as world:
        inside: Any = world.office.app
        app: Any = ProxyHeadersMiddleware(inside, "127.0.0.1")
        for header, value, query in (*tried, *(("", "", f"?{each}") for each in QUERIES)):
            good, body = request(world, route, who, order)
            said = {each: given for each, given in good.items() if each.lower() != header.lower()}
            said |= {header: value} if header else {}
            answer = await ask(app, route.method, _address(world, route) + query, said, body)
            if answer.status >= 500:
                failed.append(f"{header}: {value[:60]!r} {query[:60]!r}: {answer.body[:200]}")
    assert failed == []
