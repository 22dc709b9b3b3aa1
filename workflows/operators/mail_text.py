"""The texts of Temporal's pages about a message: which delivery it is. Nothing of its words."""

from __future__ import annotations

from workflows.mail_run import MailRun


def summary(run: MailRun) -> str:
    """The line that stands for a message in lists."""
    return f"correo {run.uid} del buzón {run.mailbox}"


def activity_summary() -> str:
    return "leer el mensaje y hacer lo que pide"
