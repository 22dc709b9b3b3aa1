"""News of a customer's cases: that one of its own had a turn. Of other customers it tells nothing, not even that."""

from __future__ import annotations

from collections.abc import Mapping, Set

from desk.desk import Desk
from portal.queue.list_news import ListNews
from storage.case.case_progress import customer_marks, desk_mark, moved_since


class CustomerNews(ListNews):
    """Watches how far each customer's cases are. Asked for are those that moved: on a desk at rest none."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk, self._marks = "", dict[str, str]()

    async def ask(self, numbers: Set[str]) -> Mapping[str, str]:
        desk = await desk_mark(self.database)
        if self._marks and desk != self._desk:
            for each in await moved_since(self.database, self._desk):
                self._marks.pop(each, None)
        self._desk = desk
        if unknown := numbers - self._marks.keys():
            self._marks |= await customer_marks(self.database, unknown)
        return self._marks
