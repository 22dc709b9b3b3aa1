"""The names of people, customers and solutions, in place of the ids that the API's answers say.

What whoever asks may not see (a contact, the list of agents) stays an id.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

Json = dict[str, Any]

_NAMED = frozenset(
    {
        *("assignee", "agent_id", "engineer_id", "from_engineer_id", "consented_by", "on_behalf_of"),
        *("customer_id", "contact_id", "solution_id", "by"),
    }
)
"""The fields whose ids are shown; an actor's own is called `id`."""


class Names:
    """Each asked for once, when the first case of its customer is shown."""

    def __init__(self, api: httpx.Client) -> None:
        self._api = api
        self._known: dict[str, str] = {}
        self._asked: set[str] = set()

    def of(self, customer_id: str) -> None:
        """Learn what this customer's people and solutions are called, and who works here."""
        self._learn("/agents")
        customer = f"/customers/{quote(customer_id, safe='')}"
        for path in (customer, f"{customer}/contacts", f"{customer}/solutions"):
            self._learn(path)

    def of_case(self, number: str) -> None:
        """The same for the customer of a case."""
        path = f"/cases/{quote(number, safe='')}"
        if path in self._asked:
            return
        self._asked.add(path)
        answer = self._api.get(path)
        if answer.is_success:
            self.of(answer.json()["customer_id"])

    def put(self, answer: Any, *, of_actor: bool = False) -> Any:
        """The answer with names in it."""
        if isinstance(answer, list):
            return [self.put(each) for each in answer]
        if not isinstance(answer, dict):
            return answer
        return {
            name: self._known.get(value, value)
            if isinstance(value, str) and (name in _NAMED or (of_actor and name == "id"))
            else self.put(value, of_actor=name == "actor")
            for name, value in answer.items()
        }

    def _learn(self, path: str) -> None:
        if path in self._asked:
            return
        self._asked.add(path)
        answer = self._api.get(path)
        if answer.is_success:
            said: Json = answer.json()
            self._known |= {each["id"]: each["name"] for each in said.get("items", [said]) if "name" in each}
