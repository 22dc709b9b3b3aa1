"""The operator at the command line, for the audit: the machine's user."""

from __future__ import annotations

import getpass

from storage.audit.acts import Doer


def operator() -> Doer:
    """The operator. A container may have a user without a name."""
    try:
        return Doer("operator", getpass.getuser()[:64], "terminal")
    except (KeyError, OSError):
        return Doer("operator", "", "terminal")
