"""What a case wants of its customer, and until when."""

from __future__ import annotations

import pytest

from desk.reading.my_cases import Wanted, wanted_in
from policy.case.case import Case
from policy.visit.visit import VisitStep
from tests.support.lives import ASK, CLAIM, PREMIUM, RESOLVE, after, expense, opened, visit_at

AT = {step: visit_at(step, terms=PREMIUM) for step in VisitStep}
RESOLVED = after(opened(terms=PREMIUM), ("09:05", RESOLVE), terms=PREMIUM)
ASKED = after(opened(terms=PREMIUM), ("09:05", ASK), terms=PREMIUM)
BEYOND = after(AT[VisitStep.STARTED], ("2026-12-03 09:00", expense(400_000)), terms=PREMIUM)


@pytest.mark.parametrize(
    ("case", "wanted"),
    [
        (opened(terms=PREMIUM), []),
        (after(opened(terms=PREMIUM), ("09:05", CLAIM), terms=PREMIUM), []),
        (ASKED, [Wanted.ANSWER]),
        (AT[VisitStep.REQUESTED], []),
        (AT[VisitStep.QUOTED], [Wanted.QUOTE]),
        (after(AT[VisitStep.QUOTED], ("09:21", ASK), terms=PREMIUM), [Wanted.ANSWER, Wanted.QUOTE]),
        (AT[VisitStep.AGREED], [Wanted.DATE]),
        (AT[VisitStep.SCHEDULED], []),
        (BEYOND, [Wanted.EXCESS]),
        (AT[VisitStep.REPORTED], [Wanted.SIGNATURE]),
        (RESOLVED, [Wanted.CONFIRMATION]),
        (
            after(AT[VisitStep.REPORTED], ("2026-12-03 09:40", RESOLVE), terms=PREMIUM),
            [Wanted.SIGNATURE, Wanted.CONFIRMATION],
        ),
    ],
)
def test_every_wait_is_wanted_with_its_end(case: Case, wanted: list[Wanted]) -> None:
    found = list(wanted_in(case))
    assert [each for each, _ in found] == wanted
    assert all(until is not None for _, until in found)
