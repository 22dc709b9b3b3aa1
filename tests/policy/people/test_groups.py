"""Which specialist groups fit a case: by the provider's product first, then by the words they share with it."""

from __future__ import annotations

import pytest

from policy.people.groups import Group, Product, fitting
from tests.support.lives import policy

MAPS = Product(name="Portal de despacho", kind="cloud", provider_product="google-maps-platform")
pytestmark = pytest.mark.rule("ESC-8")


def fits(product: Product) -> list[str]:
    return [group.id for group in fitting(policy().groups, product)]


def test_the_group_of_the_providers_product_fits_best() -> None:
    assert fits(MAPS)[0] == "google-maps-platform"


def test_a_skill_may_be_the_providers_product() -> None:
    group = Group(id="mapas", name="Mapas", skills=("Places API",))

    assert fitting([group], Product(name="Buscador", kind="software", provider_product="places-api")) == (group,)


@pytest.mark.parametrize(
    ("name", "kind", "first"),
    [
        ("Rastreo GPS de 180 tractocamiones", "equipment", "rastreo"),
        ("Geoportal de cartografía municipal", "software", "sig"),
        ("GEOCODIFICACION de direcciones", "software", "sig"),
        ("Balizas", "equipment", "rastreo"),
        ("Certificados y redes", "software", "infraestructura"),
    ],
)
def test_words_and_the_kind_tell_the_group(name: str, kind: str, first: str) -> None:
    assert fits(Product(name=name, kind=kind))[0] == first


def test_nobody_fits_what_nobody_knows() -> None:
    assert fits(Product(name="Motor de la última milla", kind="software")) == []


def test_equals_stay_in_the_files_order() -> None:
    first, second = (Group(id=id_, name="x", skills=("Nube",)) for id_ in ("b", "a"))

    assert fitting([first, second], Product(name="La nube", kind="cloud")) == (first, second)
