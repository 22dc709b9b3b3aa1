"""What support is not, and the end of a case that asks for it (SCOPE-2..5)."""

from __future__ import annotations

from escala.policy import commands as c
from escala.policy import facts as f
from escala.policy.case import ClosingReason, OutOfScopeKind
from escala.policy.decision import require_reason

RULES = {
    OutOfScopeKind.DEVELOPMENT: "SCOPE-2",
    OutOfScopeKind.DATA_LOAD: "SCOPE-3",
    OutOfScopeKind.DATABASE_UPDATE: "SCOPE-4",
}
"""The rule that puts each kind of request outside support; the customer is told which."""


def found_out_of_scope(command: c.CloseAsOutOfScope) -> f.CaseClosed:
    """The closing of a case that support does not cover, with its kind and the reason for the customer (SCOPE-5)."""
    require_reason(command.reason, "SCOPE-5")
    return f.CaseClosed(reason=ClosingReason.OUT_OF_SCOPE, words=command.reason, out_of_scope_kind=command.kind)
