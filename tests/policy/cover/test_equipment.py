"""Claims on equipment: whose it is, which piece, and what a specialist found (WAR-4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policy.case.case import Actor, Case, Category, Cause, ClosingReason, Level, Status, Text
from policy.case.commands import Command, Equipment, OpenCase, RecordDiagnosis
from policy.case.decision import Decision
from policy.case.facts import CaseClosed, DiagnosisRecorded
from policy.case.lifecycle import decide, open_case
from policy.case.refusals import Refusal, TextMissing
from policy.cover.equipment import (
    AlreadyDiagnosed,
    DiagnosisMissing,
    EquipmentNotSuppliedByUs,
    NotEquipment,
    SerialNumberMissing,
    SerialNumberUnknown,
    SpecialistDiagnoses,
)
from policy.visit.refusals import VisitUnderWay
from tests.support.lives import (
    ACCEPT,
    APPROVE,
    DIRECTOR,
    HELP_DESK,
    NO_WORDS,
    REQUEST_VISIT,
    RESOLVE,
    SPECIALIST,
    STANDARD,
    UNCOVERED,
    WORDS,
    after,
    attempt,
    bogota,
    kinds,
    opened,
    opening,
    turns,
)

OURS = Equipment(supplied_by_us=True, serial_number="SN-1234")
CLAIM = opening(equipment=OURS, serial_number="SN-1234")
CLAIMED = open_case(CLAIM, terms=STANDARD).case
FOUND = Text("content-9", 80)
pytestmark = pytest.mark.rule("WAR-4")


def diagnosis(cause: Cause) -> RecordDiagnosis:
    return RecordDiagnosis(by=SPECIALIST, cause=cause, summary=FOUND)


DEFECT, MISUSE = diagnosis(Cause.MANUFACTURING_DEFECT), diagnosis(Cause.MISUSE)


def diagnosed(command: RecordDiagnosis) -> Decision:
    return turns(CLAIMED, ("09:30", command))[-1]


class TestAClaim:
    def test_is_taken_with_the_serial_number_of_what_was_supplied(self) -> None:
        """The case is about that piece."""
        assert (CLAIMED.is_equipment, CLAIMED.serial_number, CLAIMED.status) == (True, "SN-1234", Status.NEW)

    @pytest.mark.parametrize("written", ["sn-1234", "SN 1234", " SN1234 ", "s/n 1234"])
    def test_reads_a_serial_number_as_people_write_it(self, written: str) -> None:
        """Capitals, blanks and signs make no other piece."""
        assert open_case(replace(CLAIM, serial_number=written), terms=STANDARD).case.is_equipment

    def test_is_taken_where_nobody_wrote_down_what_was_supplied(self) -> None:
        """Nothing contradicts the number given."""
        assert open_case(replace(CLAIM, equipment=Equipment(supplied_by_us=True)), terms=STANDARD).case.is_equipment

    @pytest.mark.parametrize(
        ("claim", "refusal"),
        [
            (replace(CLAIM, equipment=Equipment(supplied_by_us=False)), EquipmentNotSuppliedByUs),
            (replace(CLAIM, serial_number=None), SerialNumberMissing),
            (replace(CLAIM, serial_number="  - "), SerialNumberMissing),
            (replace(CLAIM, serial_number="SN-1235"), SerialNumberUnknown),
            (replace(CLAIM, category=Category.QUESTION, serial_number="SN-1235"), SerialNumberUnknown),
            (
                replace(CLAIM, category=Category.QUESTION, equipment=Equipment(supplied_by_us=False)),
                EquipmentNotSuppliedByUs,
            ),
        ],
        ids=[
            "another's",
            "no number",
            "a number of signs",
            "another piece",
            "another piece asked about",
            "another's asked about",
        ],
    )
    def test_is_refused_otherwise(self, claim: OpenCase, refusal: type[Refusal]) -> None:
        """The sentence says why, and the rule is named."""
        with pytest.raises(refusal) as refused:
            open_case(claim, terms=STANDARD)
        assert refused.value.rule == "WAR-4"
        assert refused.value.message.format(**refused.value.values)

    @pytest.mark.parametrize("category", [Category.QUESTION, Category.BEST_PRACTICE, Category.ARCHITECTURE])
    def test_is_no_question(self, category: Category) -> None:
        """Asking about equipment needs no serial number."""
        assert open_case(replace(CLAIM, category=category, serial_number=None), terms=STANDARD).case.is_equipment

    def test_is_held_where_nothing_covers_it(self) -> None:
        """Cover comes first, as for every case."""
        assert open_case(CLAIM, terms=UNCOVERED).case.status is Status.HELD

    def test_asks_other_solutions_for_no_serial_number(self) -> None:
        """Software has none."""
        assert not opened().is_equipment


class TestASolution:
    @pytest.mark.rule("WAR-4")
    def test_of_an_equipment_incident_needs_its_diagnosis(self) -> None:
        """Nobody says that it is solved before it is known what it was."""
        with pytest.raises(DiagnosisMissing) as refused:
            after(CLAIMED, ("09:30", RESOLVE))
        assert refused.value.rule == "WAR-4"
        found = RecordDiagnosis(by=SPECIALIST, cause=Cause.MANUFACTURING_DEFECT, summary=WORDS)
        assert after(CLAIMED, ("09:30", found), ("09:40", RESOLVE)).status is Status.RESOLVED

    @pytest.mark.rule("WAR-4")
    @pytest.mark.parametrize("category", [each for each in Category if each is not Category.INCIDENT])
    def test_of_a_question_about_equipment_needs_none(self, category: Category) -> None:
        case = open_case(replace(CLAIM, category=category), terms=STANDARD).case
        assert after(case, ("09:30", RESOLVE)).status is Status.RESOLVED

    @pytest.mark.rule("WAR-4")
    def test_of_an_older_case_is_taken_as_it_was(self) -> None:
        """Recorded histories go on as they did."""
        older = replace(STANDARD, edition=2)
        assert after(open_case(CLAIM, terms=older).case, ("09:30", RESOLVE), terms=older).status is Status.RESOLVED


class TestADiagnosis:
    def test_of_a_manufacturing_defect_is_covered(self) -> None:
        """The case goes on."""
        decision = diagnosed(DEFECT)
        assert decision.entries[0].fact == DiagnosisRecorded(
            cause=Cause.MANUFACTURING_DEFECT, is_covered=True, summary=FOUND
        )
        assert (decision.case.status, decision.case.diagnosis) == (Status.IN_PROGRESS, Cause.MANUFACTURING_DEFECT)

    @pytest.mark.parametrize("cause", [Cause.MISUSE, Cause.WEAR, Cause.OTHER])
    def test_of_any_other_cause_is_denied_with_the_words_of_it(self, cause: Cause) -> None:
        """In one turn: the diagnosis, and the case closed as not covered."""
        decision = diagnosed(diagnosis(cause))
        assert kinds([decision]) == ["diagnosis_recorded", "case_closed"]
        assert decision.entries[1].fact == CaseClosed(reason=ClosingReason.NOT_COVERED, words=FOUND)
        assert (decision.case.status, decision.case.next_wake_at) == (Status.CLOSED, None)

    @pytest.mark.parametrize("by", [DIRECTOR, replace(HELP_DESK, levels=(Level.HELP_DESK, Level.SPECIALISTS))])
    def test_is_a_specialists_or_the_directors(self, by: Actor) -> None:
        """Whatever level the case is at."""
        assert diagnosed(replace(DEFECT, by=by)).case.diagnosis is Cause.MANUFACTURING_DEFECT

    @pytest.mark.parametrize(
        ("case", "command", "refusal"),
        [
            (CLAIMED, replace(DEFECT, by=HELP_DESK), SpecialistDiagnoses),
            (CLAIMED, replace(DEFECT, summary=NO_WORDS), TextMissing),
            (opened(), DEFECT, NotEquipment),
            (after(CLAIMED, ("09:05", DEFECT)), MISUSE, AlreadyDiagnosed),
        ],
        ids=["help desk's", "without words", "of no equipment", "second"],
    )
    def test_is_refused_otherwise(self, case: Case, command: Command, refusal: type[Refusal]) -> None:
        """With a sentence whose blanks are filled."""
        with pytest.raises(refusal) as refused:
            decide(case, command, terms=STANDARD, at=bogota("09:30"))
        assert refused.value.message.format(**refused.value.values)

    def test_does_not_end_a_case_with_a_visit_under_way(self) -> None:
        """The engineer is expected: the visit ends first."""
        steps = (("09:05", attempt()), ("09:10", REQUEST_VISIT), ("09:15", APPROVE), ("09:20", ACCEPT))
        with pytest.raises(VisitUnderWay):
            after(CLAIMED, *steps, ("09:25", MISUSE))

    def test_calls_off_a_visit_that_was_only_asked_for(self) -> None:
        """Nobody travels to what is not covered."""
        steps = (("09:05", attempt()), ("09:10", REQUEST_VISIT))
        assert kinds(turns(CLAIMED, *steps, ("09:25", MISUSE)))[-3:] == [
            "diagnosis_recorded",
            "visit_cancelled",
            "case_closed",
        ]
