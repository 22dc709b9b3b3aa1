"""The desk at the keyboard: how many keys the five frequent tasks take, and that nothing moves while one acts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Browser, Locator, expect

from portal.frame.session import SESSION_COOKIE
from storage.workbench import saved_views
from storage.workbench.saved_views import SavedView
from tests.api.given import give
from tests.api.office import Office
from tests.portal.people import session_secret
from tests.support.browser import Screen, screen

_SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => list.getEntries().forEach(({ value, sources }) => {
        // In a row a clock's glyph makes room as an hour becomes minutes; what is said moves up what was said before;
        // and what was not there before has come.
        const own = ({ node, previousRect: was }) => node?.closest?.("td.due, #conversation ol") || !was.width;
        const moved = sources.filter((each) => !own(each)).map(({ node, previousRect: was, currentRect: is }) =>
            `${node?.outerHTML?.slice(0, 90) || node?.textContent} from ${was.x},${was.y} to ${is.x},${is.y}`);
        if (moved.length) window.shifts.push([value.toFixed(4), ...moved].join(" | "));
    })).observe({ type: "layout-shift", buffered: true });
"""
"""Whatever moves by itself or by what one does, also in the half second after a key, which browsers forgive."""


@dataclass
class Keyboard:
    """Somebody at the desk, whose keys are counted: single ones, and the chord that sends what was written."""

    window: Screen
    keys: list[str] = field(default_factory=list)

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.keys.append(key)
            await self.window.page.keyboard.press(key)

    async def write(self, words: str) -> None:
        await self.window.page.keyboard.type(words)

    async def sees(self, where: str, words: str) -> None:
        await expect(self.window.page.locator(where).first).to_contain_text(words)

    def at(self, selector: str) -> Locator:
        return self.window.page.locator(selector)

    async def begins(self, path: str) -> None:
        """Open the page where something begins, and count and note anew."""
        await self.window.go(path)
        await self.window.page.evaluate("document.fonts.ready")
        await self.moved()
        await self.window.page.evaluate("window.shifts.length = 0")
        self.keys.clear()

    async def moved(self) -> list[str]:
        """What moved on the page since it was opened."""
        await self.window.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        return list(await self.window.page.evaluate("window.shifts"))


@asynccontextmanager
async def at_the_desk(browser: Browser, site: str, office: Office) -> AsyncIterator[Keyboard]:
    """An agent's window in which every shift is noted."""
    async with screen(browser, site, cookies={SESSION_COOKIE: await session_secret(office, "agent")}) as window:
        await window.page.add_init_script(_SHIFTS)
        yield Keyboard(window)


Act = Callable[[Keyboard, str], Awaitable[None]]


async def take_the_next(desk: Keyboard, number: str) -> None:
    await desk.press("j", "t")
    await desk.window.page.wait_for_url(f"**/casos/{number}*")


async def reply(desk: Keyboard, number: str) -> None:
    await desk.press("r")
    await desk.write("Ya lo revisamos.")
    await desk.press("Control+Enter")
    await desk.sees("#pending", "Su respuesta sale en")
    await expect(desk.at("#replies-body")).to_have_value("")


async def note(desk: Keyboard, number: str) -> None:
    await desk.press("n")
    await desk.write("Es el cortafuegos.")
    await desk.press("Control+Enter")
    await desk.sees(".said.internal", "Es el cortafuegos.")


async def resolve(desk: Keyboard, number: str) -> None:
    await desk.press("s")
    await expect(desk.at("#resolution-summary")).to_be_focused()
    await desk.write("Se abrió el puerto.")
    await desk.press("Control+Enter")
    await desk.sees("#side", "Resuelto")


async def next_case(desk: Keyboard, number: str) -> None:
    before = desk.window.path
    await desk.press("j")
    await desk.window.page.wait_for_url(lambda address: "/casos/" in address and before not in address)


async def next_case_out_of_a_note(desk: Keyboard, number: str) -> None:
    await note(desk, number)
    desk.keys.clear()
    await desk.press("Escape")
    await next_case(desk, number)


TASKS: dict[str, tuple[str, Act, list[str]]] = {
    "take the next": ("/cola?tab=open&sort=-number", take_the_next, ["j", "t"]),
    "reply": ("/casos/{number}", reply, ["r", "Control+Enter"]),
    "note": ("/casos/{number}", note, ["n", "Control+Enter"]),
    "resolve": ("/casos/{number}", resolve, ["s", "Control+Enter"]),
    "next case": ("/casos/{number}?de=tab%3Dopen%26sort%3D-number", next_case, ["j"]),
    "next case, out of what one wrote": (
        "/casos/{number}?de=tab%3Dopen%26sort%3D-number",
        next_case_out_of_a_note,
        ["Escape", "j"],
    ),
}
"""Where each begins, what is done, and all keys that it takes beside its words. Ctrl+Enter sends them, everywhere."""


async def test_the_frequent_tasks_take_few_keys_and_nothing_moves(browser: Browser, site: str, office: Office) -> None:
    """Take the next: 2 keys. Reply: what sends it. Note: 1. Resolve: 2, that one too. The next case: 1."""
    took: dict[str, list[str]] = {}
    moved: dict[str, list[str]] = {}
    async with at_the_desk(browser, site, office) as desk:
        for task, (path, act, _) in TASKS.items():
            number = await office.open(title=f"Para: {task}", proposed_priority=1)
            await desk.begins(path.format(number=number))
            await act(desk, number)
            took[task] = list(desk.keys)
            moved |= {task: found} if (found := await desk.moved()) else {}
    assert took == {task: keys for task, (_, _, keys) in TASKS.items()}
    assert moved == {}


async def take_here(desk: Keyboard, office: Office, number: str) -> None:
    await desk.press("t")
    await desk.sees("#side", "Ana Torres")


async def ask_for_information(desk: Keyboard, office: Office, number: str) -> None:
    await desk.press("i")
    await desk.write("¿Desde qué navegador?")
    await desk.press("Control+Enter")
    await desk.sees("#clocks", "En pausa")
    await expect(desk.at("#replies-body")).to_be_visible()


async def log_an_attempt(desk: Keyboard, office: Office, number: str) -> None:
    await desk.press("l")
    await expect(desk.at("#d-attempts")).to_have_attribute("open", "")
    await desk.at("#attempts-summary").fill("Se llamó; sigue igual.")
    await desk.at("#attempts-summary").press("Control+Enter")
    await desk.sees("#conversation", "Se llamó; sigue igual.")


async def hear_in_the_queue(desk: Keyboard, office: Office, number: str) -> None:
    """Rows and counts change, something concerns whoever looks, and a case is late."""
    await desk.press("j", "j", "x")
    await office.give(number, "claim")
    await desk.sees(f"tr[data-number='{number}'] .assignee", "Ana Torres")
    await desk.press("/", "Escape")
    await office.give(number, "answers", "contact", body="¿Hay alguien?")
    await desk.sees("#campana .count", "1")
    await desk.sees(".tabs [data-view] .count", "1")
    await expect(desk.at(f"tr[data-number='{number}'] .title.unread")).to_have_count(1)
    before = await desk.at("header > nav [data-bar='/cola']").inner_text()
    office.clock.passes(minutes=110)
    await office.give(number, "notes", body="Sigue en ello.")
    await expect(desk.at("header > nav [data-bar='/cola']")).not_to_have_text(before)


async def hear_elsewhere(desk: Keyboard, office: Office, number: str) -> None:
    await office.give(number, "claim")
    await office.give(number, "answers", "contact", body="¿Hay alguien?")
    await desk.sees("#campana .count", "1")
    before = await desk.at("header > nav [data-bar='/cola']").inner_text()
    office.clock.passes(minutes=110)
    await expect(desk.at("header > nav [data-bar='/cola']")).not_to_have_text(before)


async def hear_at_a_case(desk: Keyboard, office: Office, number: str) -> None:
    await desk.press("n")
    await desk.write("Mientras se escribe")
    await office.give(number, "answers", "contact", body="¿Hay alguien?")
    await desk.sees("#conversation", "¿Hay alguien?")
    await expect(desk.at("#notes-body")).to_be_focused()


async def chat(desk: Keyboard, office: Office, number: str) -> None:
    """A line comes while one writes, and one's own is sent."""
    await desk.at("#chat-lines-body").focus()
    await desk.write("Ya lo")
    await office.give(number, "chat/lines", "premium_contact", body="¿Sigue ahí?")
    await desk.sees("#conversation", "¿Sigue ahí?")
    await desk.write(" reviso.")
    await desk.press("Control+Enter")
    await desk.sees("#conversation", "Ya lo reviso.")
    await expect(desk.at("#chat-lines-body")).to_have_value("")


WATCHED: dict[str, tuple[str, Callable[[Keyboard, Office, str], Awaitable[None]]]] = {
    "the queue hears of news": ("/cola?tab=open&sort=-number", hear_in_the_queue),
    "one takes a case": ("/casos/{number}", take_here),
    "one asks for information": ("/casos/{number}", ask_for_information),
    "one logs an attempt": ("/casos/{number}", log_an_attempt),
    "another page hears of news": ("/clientes", hear_elsewhere),
    "the customer answers": ("/casos/{number}", hear_at_a_case),
    "a chat goes on": ("/casos/{number}", chat),
}


async def test_nothing_moves_under_the_hand(browser: Browser, site: str, office: Office) -> None:
    """Whether one acts oneself or the page hears of news."""
    moved: dict[str, list[str]] = {}
    async with at_the_desk(browser, site, office) as desk:
        mine = SavedView(id="vis_mine", account_id="acc-agent", name="Las mías", query="tab=mine", shared=False)
        await saved_views.keep(office.db, mine, at=office.clock())
        await office.open(title="Otro", proposed_priority=4)
        for name, (path, does) in WATCHED.items():
            number = await office.open("premium_contact" if does is chat else "contact", title=f"Mientras {name}")
            if does is chat:
                await give(office, number, "chat")
                await give(office, number, "chat/claim")
            await desk.begins(path.format(number=number))
            await does(desk, office, number)
            moved |= {name: found} if (found := await desk.moved()) else {}
    assert moved == {}
