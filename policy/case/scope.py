"""The limits of support: work that it does not include, and the end of a case that asks for it (SCOPE-2..5)."""

from __future__ import annotations

from policy.case import commands as c
from policy.case import facts as f
from policy.case.case import ClosingReason, OutOfScopeKind
from policy.case.decision import require_reason

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
