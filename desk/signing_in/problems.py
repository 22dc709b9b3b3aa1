"""The problems of signing in and of keeping accounts: each is a sentence for the page that the person is at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from desk.problems import Problem
from storage.signing_in.accounts import NobodyAdministers


class SignInProblem(Problem):
    """Signing in, or what was asked of an account, is not possible."""

    status, message = 422, "That is not possible."


class TooManyAttempts(SignInProblem):
    """Guessers wait; so does who mistypes too often."""

    status, message = 429, "Too many attempts. Please wait a few minutes and try again."


class WrongPassword(SignInProblem):
    """Told alike for addresses that have an account and that have none."""

    message = "The address or the password is not right."


class NoAccess(SignInProblem):
    """An account in nobody's name, now."""

    message = "This address has no access at the moment. Your organization's administrator can tell you why."


class NoAccount(SignInProblem):
    """The organization's provider knows somebody who was never let in here."""

    message = "That address has no account here. Whoever invites people in your organization can let you in."


class WrongCode(SignInProblem):
    """The second factor is not of now, or was used."""

    message = "The code is not right. Codes are valid for half a minute, and each can be used once."


class WrongPresentPassword(SignInProblem):
    """Who changes an account proves to be its owner first."""

    message = "The present password is not right."


class PasswordsDiffer(SignInProblem):
    """A chosen password is typed twice."""

    message = "The two passwords are not the same."


class PasswordTooWeak(SignInProblem):
    """A chosen password is long, and not what everybody or who knows its owner would try first."""

    message = (
        "Please choose a password of twelve signs or more that is hard to guess: not a common one, nor your name, "
        "address or company with some digits. A sentence serves well."
    )


class InvitationIncomplete(SignInProblem):
    """A role of the house is given to somebody with an address and a name."""

    message = "An invitation to a role of the house needs an address and a name."


class OnNoList(SignInProblem):
    """Contacts and agents are let in by their lists."""

    message = "This address stands on no roster with a place to sign in, and on no list of agents."


class OwnAccount(SignInProblem):
    """Nobody shuts themselves out."""

    message = "You cannot disable the account that you are using."


class LastAdministrator(SignInProblem):
    """A desk has an administrator."""

    message = "Nobody would be left to administer this desk. Give somebody else that role first."


@contextmanager
def somebody_administers() -> Iterator[None]:
    """Around what may send an administrator away: the last one stays (LastAdministrator)."""
    try:
        yield
    except NobodyAdministers:
        raise LastAdministrator from None
