"""Equipment: what a claim needs, and the diagnosis that decides on it (WAR-4). Its cover is in cover.py."""

from __future__ import annotations

from dataclasses import replace

from policy.case import commands as c
from policy.case import facts as f
from policy.case.case import Case, Category, Cause, Level, Role
from policy.case.decision import Change, require_text
from policy.case.refusals import Refusal, RoleNotAllowed, StateRefusal
from policy.terms.terms import Terms


class EquipmentNotSuppliedByUs(Refusal):
    """Support is for equipment that Servinformación supplied."""

    rule = "WAR-4"
    message = (
        "Support covers equipment that Servinformación supplied, and this one was not. "
        "Please turn to whoever supplied it."
    )


class SerialNumberMissing(Refusal):
    """A claim names its piece of equipment."""

    rule = "WAR-4"
    message = "A claim on equipment needs its serial number."


class SerialNumberUnknown(Refusal):
    """The claim is about another piece."""

    rule = "WAR-4"
    message = "The serial number {serial_number} is not the one of the equipment that was supplied; please check it."


class NotEquipment(Refusal):
    """Only equipment is diagnosed."""

    rule = "WAR-4"
    message = "Case {number} is not about equipment: it takes no diagnosis."


class SpecialistDiagnoses(RoleNotAllowed):
    """A specialist, or the director, says what is wrong."""

    rule = "WAR-4"
    message = "The diagnosis is recorded by a specialist of level 2, or by the director."


class AlreadyDiagnosed(StateRefusal):
    """A diagnosis stands."""

    rule = "WAR-4"
    message = "Case {number} already has its diagnosis."


class DiagnosisMissing(StateRefusal):
    """What is solved was found to be something."""

    rule = "WAR-4"
    message = (
        "Case {number} is about a piece of equipment and has no diagnosis yet: a specialist of level 2, or the "
        "director, records it before the case is resolved."
    )


def check_claim(command: c.OpenCase) -> None:
    """Refuse equipment that we did not supply, and an incident without the serial number of what we did (WAR-4)."""
    equipment = command.equipment
    if equipment is None:
        return
    if not equipment.supplied_by_us:
        raise EquipmentNotSuppliedByUs
    given, known = _plain(command.serial_number), _plain(equipment.serial_number)
    if command.category is Category.INCIDENT and not given:
        raise SerialNumberMissing
    if given and known and given != known:
        raise SerialNumberUnknown(serial_number=command.serial_number or "")


def diagnose(case: Case, command: c.RecordDiagnosis) -> Change:
    """Record what a specialist found. What is no manufacturing defect ends the case, which is lifecycle's (WAR-4)."""
    if command.by.role is not Role.DIRECTOR and Level.SPECIALISTS not in command.by.levels:
        raise SpecialistDiagnoses
    require_text(command.summary, "WAR-4")
    if not case.is_equipment:
        raise NotEquipment(number=case.number)
    if case.diagnosis is not None:
        raise AlreadyDiagnosed(number=case.number)
    is_covered = command.cause is Cause.MANUFACTURING_DEFECT
    fact = f.DiagnosisRecorded(cause=command.cause, is_covered=is_covered, summary=command.summary)
    return replace(case, diagnosis=command.cause), (fact,)


def check_resolution(case: Case, *, terms: Terms) -> None:
    """Refuse to resolve an incident with a piece of equipment before its diagnosis (WAR-4)."""
    if terms.edition >= 3 and case.is_equipment and case.category is Category.INCIDENT and case.diagnosis is None:
        raise DiagnosisMissing(number=case.number)


def _plain(serial_number: str | None) -> str:
    """A serial number as one compares it: capitals, spaces and hyphens make no other piece."""
    return "".join(sign for sign in (serial_number or "").casefold() if sign.isalnum())
