"""Pictures of the six main pages, taken of the demonstration for docs/img: `make screenshots` takes them anew."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from tests.portal.demo_desk import DemoDesk
from tests.support.browser import WIDE

TAKE = "ESCALA_SCREENSHOTS"
"""Set, the pictures are taken; else they only have to be there, and their pages to be shown."""

PICTURES = Path("docs/img")
LARGEST = 200_000
"""Bytes of a picture at most."""

SHOWN: dict[str, tuple[str, str, str]] = {
    "portal-queue": ("agent", "/cola", "#filas tr"),
    "portal-case-agent": ("specialist", "/casos/{incident}", ".said"),
    "portal-case-customer": ("contact", "/casos/{altaneblina visit}", ".quote"),
    "portal-opening": ("contact", "/casos/nuevo?solucion=sol_altaneblina_maps", "#apertura"),
    "portal-board": ("director", "/direccion/tablero", "svg.chart"),
    "portal-process": ("director", "/proceso", "svg.map .count"),
}
"""By the picture's name: who looks at which page, and what is there once all is."""


@pytest.mark.parametrize("name", SHOWN)
async def test_the_main_pages_have_a_picture(browser: Browser, demo_desk: DemoDesk, name: str) -> None:
    who, path, there = SHOWN[name]
    async with demo_desk.window(browser, who, size=WIDE, reduced_motion="reduce") as window:
        await window.go(path.format_map(demo_desk.numbers))
        await expect(window.page.locator(there).first).to_be_visible()
        if TAKE in os.environ:
            _keep(await window.page.screenshot(), PICTURES / f"{name}.png")
    assert 10_000 < _size_of(PICTURES / f"{name}.png") < LARGEST


def _keep(picture: bytes, file: Path) -> None:
    """With as many colours as a page has, so that a picture stays small."""
    taken = Image.open(io.BytesIO(picture)).convert("RGB")
    taken.quantize(128, dither=Image.Dither.NONE).save(file, optimize=True)


def _size_of(file: Path) -> int:
    return file.stat().st_size
