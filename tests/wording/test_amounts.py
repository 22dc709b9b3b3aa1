"""Amounts written out in words."""

import pytest

from wording.amounts import pesos_in_words


@pytest.mark.parametrize(
    ("amount", "spanish", "english"),
    [
        (1, "un peso", "one peso"),
        (21, "veintiún pesos", "twenty-one pesos"),
        (100, "cien pesos", "one hundred pesos"),
        (31_101, "treinta y un mil ciento un pesos", "thirty-one thousand one hundred one pesos"),
        (350_000, "trescientos cincuenta mil pesos", "three hundred fifty thousand pesos"),
        (1_000_000, "un millón de pesos", "one million pesos"),
        (
            1_480_000,
            "un millón cuatrocientos ochenta mil pesos",
            "one million four hundred eighty thousand pesos",
        ),
        (21_000_516, "veintiún millones quinientos dieciséis pesos", "twenty-one million five hundred sixteen pesos"),
        (2_001_000_000, "dos mil un millones de pesos", "two billion one million pesos"),
    ],
)
def test_an_amount_is_said_as_people_say_it(amount: int, spanish: str, english: str) -> None:
    assert (pesos_in_words(amount, "es"), pesos_in_words(amount, "en")) == (spanish, english)
