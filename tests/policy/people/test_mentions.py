"""Who is called by an @ in what somebody wrote."""

from __future__ import annotations

import pytest

from policy.people.mentions import MOST_MENTIONS, Mentionable, mentioned

ANA, ANA_T = Mentionable("ana", "Ana Gómez"), Mentionable("ana.torres", "Ana Torres")
CAMILO, JOSE = Mentionable("crestrepo", "Camilo Restrepo"), Mentionable("jose", "José Ñáñez Ruiz")
GONE, CUSTOMER = Mentionable("luis", "Luis Paz", sees=False), Mentionable("cnt_1", "Camilo Díaz", sees=False)
PEOPLE = (ANA, ANA_T, CAMILO, JOSE, GONE, CUSTOMER)


@pytest.mark.parametrize(
    ("words", "called"),
    [
        ("@ana mire", [ANA]),
        ("Mire, @ana.torres.", [ANA_T]),
        ("(@ana.torres, @crestrepo)", [ANA_T, CAMILO]),
        ("@Camilo Restrepo: ¿qué opina?", [CAMILO]),
        ("@camilo ¿y?", [CAMILO]),  # the customer's people take no name away
        ("@jose nanez ruiz", [JOSE]),
        ("@JOSÉ ÑÁÑEZ RUIZ", [JOSE]),
        ("@Luis Paz", [GONE]),
        ("@Camilo Díaz", [CUSTOMER]),
        ("@ana @crestrepo @ana", [ANA, CAMILO]),
        ("@anabel @ana_x @ana.gomez @ana-x", []),
        ("ana@crestrepo.example y a.@ana", []),
        ("@ ana, @@, @nadie, @media (print)", []),
        ("", []),
    ],
)
def test_the_longest_call_that_fits_is_meant(words: str, called: list[Mentionable]) -> None:
    assert list(mentioned(words, PEOPLE)) == called


def test_a_first_name_that_two_have_is_nobodys() -> None:
    assert mentioned("@ana", (ANA_T, Mentionable("agomez", "Ana Gómez"))) == ()


def test_of_two_who_are_called_alike_the_one_who_sees_it_is_meant() -> None:
    assert mentioned("@Luis Paz", (GONE, Mentionable("lpaz", "Luis Paz")))[0].sees


def test_a_note_calls_so_many_at_most() -> None:
    crowd = [Mentionable(f"a{place}", f"A {place}") for place in range(30)]
    assert len(mentioned(" ".join(f"@{each.id}" for each in crowd), crowd)) == MOST_MENTIONS
