"""The demonstration's cases: which customer lived which story, and how long before the seeding.

Ages and beats are open time in the hours of the case's plan, counted back from the instant and forth again. So a case
that is about to be handed off is so on a Sunday night as well, when a Standard customer's clock stands still.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.importing import Life, Step
from demo.people import AGENTS, CUSTOMERS, DIRECTOR, HELP_DESK, SPECIALISTS, DemoCustomer
from demo.stories import STORIES
from demo.stories.told import Beat, Stage, Story, open_time
from policy.case.case import Actor, Channel, Plan, Role
from policy.case.commands import OpenCase
from policy.time.calendar import Calendar


@dataclass(frozen=True)
class Row:
    """A case of the demonstration: whose, which story, its age, which contact opened it, and by which channel."""

    customer: str
    story: str
    age: str
    contact: int = 0
    channel: Channel = Channel.WEB
    duplicate_of: str | None = None

    @property
    def key(self) -> str:
        """Its name, for ever."""
        return f"{self.customer}/{self.story}/{self.age}"


CHAT, EMAIL, PHONE = Channel.CHAT, Channel.EMAIL, Channel.PHONE

ROWS: tuple[Row, ...] = (
    # New, with nobody on them yet
    Row("altaneblina", "cuota-de-mapas", "3m", 1, CHAT),
    Row("guaduareal", "tiempos-irreales", "8m", 1),
    Row("manosdelvalle", "ingreso-al-portal", "11m"),
    Row("paramoverde", "geocercas-tarde", "19m", 1),
    Row("puertoalmendral", "exporta-con-tildes", "22m", 1),
    Row("frailejonal", "capa-sin-atender", "49m", 1),
    # At level 1, some about to be handed off
    Row("colibriexpress", "clave-restringida", "14m", 1),
    Row("altaneblina", "gps-sin-reporte", "26m", 0, PHONE),
    Row("paramoverde", "gps-sin-reporte", "30m"),
    Row("frailejonal", "geovisor-lento", "37m"),
    Row("llanoarriba", "geocercas-tarde", "53m", 1, EMAIL),
    Row("guaduareal", "exporta-con-tildes", "1h2m"),
    Row("colibriexpress", "rutas-sobrecargadas", "1d1h5m", 1),
    # At level 2
    Row("mardeleva", "pico-y-placa", "48m", 1),
    Row("alboradadelneusa", "gps-sin-reporte", "50m"),
    Row("colibriexpress", "pico-y-placa", "58m", 0, CHAT),
    Row("puertoalmendral", "direcciones-con-bis", "1h1m"),
    Row("halconandino", "gps-sin-reporte", "1h6m", 1, PHONE),
    Row("manosdelvalle", "integracion-401", "1h15m", 1),
    Row("guaduareal", "capa-sin-atender", "1h20m"),
    Row("llanoarriba", "geovisor-lento", "1h22m"),
    Row("frailejonal", "direcciones-con-bis", "1d20m", 1),
    Row("altaneblina", "tiempos-irreales", "1d9m", 2),
    # At level 3
    Row("mardeleva", "facturacion-suspendida", "30m", 0, PHONE),
    Row("halconandino", "despacho-caido", "1h50m", 0, PHONE),
    Row("puertoalmendral", "capa-sin-atender", "2h30m"),
    Row("altaneblina", "app-del-conductor", "2h40m", 2),
    Row("frailejonal", "geovisor-lento", "3h", 1),
    Row("paramoverde", "geocercas-tarde", "5h"),
    # Overdue
    Row("llanoarriba", "despacho-caido", "3h20m", 0, PHONE),
    Row("paramoverde", "despacho-caido", "2h45m"),
    Row("altaneblina", "geocercas-tarde", "11h", 1, EMAIL),
    Row("alboradadelneusa", "geocercas-tarde", "11h30m", 1),
    # Waiting for the customer
    Row("guaduareal", "clave-restringida", "1h10m"),
    Row("paramoverde", "bateria-del-equipo", "1h30m", 1),
    Row("colibriexpress", "direcciones-con-bis", "2h"),
    Row("manosdelvalle", "rutas-sobrecargadas", "5h"),
    Row("mardeleva", "arquitectura-de-cache", "9h"),
    Row("altaneblina", "app-del-conductor", "10h", 1),
    Row("puertoalmendral", "predial-sin-cruce", "1d"),
    # Resolved, to be confirmed
    Row("llanoarriba", "certificado-vencido", "1h", 0, PHONE),
    Row("frailejonal", "capa-wms-404", "1h30m"),
    Row("colibriexpress", "cuota-de-mapas", "2h", 1, CHAT),
    Row("halconandino", "gps-sin-reporte", "3h", 2, PHONE),
    Row("mardeleva", "tiempos-irreales", "3h", 1, EMAIL),
    Row("guaduareal", "colores-del-mapa", "4h", 1),
    Row("manosdelvalle", "direcciones-con-bis", "1d1h", 1),
    Row("alboradadelneusa", "bateria-del-equipo", "2d"),
    Row("puertoalmendral", "ingreso-al-portal", "2d", 1),
    # Held: the contract is not paid
    Row("laceibaalta", "sin-cobertura", "30m", 1),
    Row("laceibaalta", "sin-cobertura", "3d"),
    # Closed and confirmed
    Row("colibriexpress", "sesiones-de-autocompletar", "4d"),
    Row("llanoarriba", "capa-wms-404", "5d", 1),
    Row("altaneblina", "cuota-de-mapas", "6d"),
    Row("manosdelvalle", "clave-restringida", "6d"),
    Row("guaduareal", "primeros-pasos", "7d", 1),
    Row("mardeleva", "pico-y-placa", "7d", 0, CHAT),
    Row("halconandino", "app-del-conductor", "8d", 1, EMAIL),
    Row("frailejonal", "geovisor-lento", "9d"),
    Row("paramoverde", "gps-sin-reporte", "10d", 1),
    Row("puertoalmendral", "predial-sin-cruce", "11d"),
    Row("colibriexpress", "facturacion-suspendida", "12d", 0, PHONE),
    # Closed without an answer to the solution
    Row("frailejonal", "origen-nacional", "9d", 1),
    Row("paramoverde", "ingreso-al-portal", "12d"),
    Row("altaneblina", "rutas-sobrecargadas", "20d", 2, EMAIL),
    # Closed as out of scope, withdrawn, a duplicate, without cover
    Row("altaneblina", "informe-a-la-medida", "4d", 1),
    Row("guaduareal", "cargar-clientes", "3d"),
    Row("frailejonal", "actualizar-malla-vial", "6d", 1),
    Row("halconandino", "falla-propia", "3d"),
    Row("altaneblina", "repetido", "5d23h50m", 1, CHAT, duplicate_of="altaneblina/cuota-de-mapas/6d"),
    Row("laceibaalta", "sin-cobertura", "20d"),
    # Visits: one for the director to decide, two for the customer, one with its date, one made and signed off
    Row("llanoarriba", "equipos-mudos", "1h35m", 1),
    Row("altaneblina", "equipos-mudos", "3h"),
    Row("paramoverde", "equipos-en-planta", "3h30m"),
    Row("mardeleva", "equipos-mudos", "1d", 1),
    Row("halconandino", "equipos-mudos", "8d"),
    # Claims on equipment: a manufacturing defect, being mended, and a misuse
    Row("alboradadelneusa", "equipo-humedo", "2h10m", 1),
    Row("paramoverde", "equipo-golpeado", "5d", 1),
    # Tied to what the provider published
    Row("colibriexpress", "caida-de-google", "1h25m"),
)


def lives(now: datetime, hours: Mapping[Plan, Calendar]) -> Iterator[Life]:
    """Every life up to `now`. `hours` are those of each plan, with the holidays of the last months."""
    customers = {customer.key: customer for customer in CUSTOMERS}
    order = list(customers)
    told: Counter[tuple[str, str]] = Counter()
    for place, row in enumerate(ROWS):
        version = order.index(row.customer) + told[row.customer, row.story]  # nobody asks the same thing twice
        told[row.customer, row.story] += 1
        yield _life(Part(row, customers[row.customer], STORIES[row.story], place, version), now=now, hours=hours)


@dataclass(frozen=True)
class Part:
    """A row with its customer and its story, its place among the rows, and which of the story's requests it makes."""

    row: Row
    customer: DemoCustomer
    story: Story
    place: int
    version: int

    @property
    def plan(self) -> Plan:
        return self.customer.contract.plan if self.customer.contract else Plan.STANDARD

    @property
    def about(self) -> str:
        """The solution that the story is about, by the key that the customer's list has it under."""
        return next(iter(self.customer.solutions)) if self.story.about == "first" else self.story.about


def _life(part: Part, *, now: datetime, hours: Mapping[Plan, Calendar]) -> Life:
    plan, calendar = part.plan, hours[part.plan]
    opened_at = calendar.subtract(now, open_time(part.row.age, plan) + timedelta(seconds=part.place * 37 % 60))
    stage = _stage(part, opened_at=opened_at)
    steps = tuple(
        Step(at, beat.make(stage))
        for turn, beat in enumerate(part.story.beats)
        if (at := _instant(beat, stage, calendar, _jitter(part.place, turn))) <= now
    )
    return Life(key=part.row.key, opening=_opening(part, stage, at=opened_at), steps=steps)


def _instant(beat: Beat, stage: Stage, calendar: Calendar, jitter: timedelta) -> datetime:
    if beat.at:
        return beat.at(stage) + jitter
    return calendar.add(stage.opened_at, open_time(beat.after, stage.plan) + jitter)


def _jitter(place: int, turn: int) -> timedelta:
    """Up to a minute and a half: people do not act on the minute."""
    return timedelta(seconds=(place * 17 + turn * 29) % 97)


def _opening(part: Part, stage: Stage, *, at: datetime) -> OpenCase:
    row, customer, story = part.row, part.customer, part.story
    request = story.requests[part.version % len(story.requests)]
    return OpenCase(
        by=stage.cast["l1" if row.channel is Channel.PHONE else "customer"],
        number="",
        received_at=at,
        customer_id=customer_id(customer.key),
        contact_id=contact_id(customer.key, customer.contacts[row.contact].mailbox),
        solution_id=solution_id(customer.key, part.about),
        channel=row.channel,
        category=story.category,
        proposed_priority=story.priority,
        title=stage.says(request.title),
        description=stage.says(request.description),
        prior_analysis=stage.says(request.prior_analysis),
        serial_number=customer.solutions[part.about].serial_number,
    )


def _stage(part: Part, *, opened_at: datetime) -> Stage:
    row, customer, story, place = part.row, part.customer, part.story, part.place
    contact = customer.contacts[row.contact]
    other = next(group for group in SPECIALISTS if group not in (story.group, "google-maps-platform"))
    cast = {
        "customer": Actor(Role.CONTACT, contact_id(customer.key, contact.mailbox)),
        "l1": _agent(HELP_DESK[place % len(HELP_DESK)]),
        "l2": _agent(SPECIALISTS[story.group]),
        "other": _agent(SPECIALISTS[other]),
        "l3": Actor(Role.DIRECTOR, DIRECTOR),
    }
    words = {
        "capa": "Cartografía base",
        **customer.words,
        "producto": f"«{customer.solutions[part.about].name}»",
        "n": str(3 + place * 7 % 38),
        "placa": f"{_PLATES[place % len(_PLATES)]}-{(place * 73 + 118) % 1000:03}",
    }
    return Stage(cast=cast, words=words, plan=part.plan, opened_at=opened_at, duplicate_of=row.duplicate_of)


_PLATES = ("SXK", "TLM", "WHN", "EQZ", "LWR", "THV", "SNP")


def _agent(agent_id: str) -> Actor:
    agent = next(agent for agent in AGENTS if agent.id == agent_id)
    return Actor(Role.AGENT, agent.id, agent.levels, agent.groups)


# -- ids: the same at every seeding -----------------------------------------------------------------------------------


def customer_id(customer: str) -> str:
    return f"cus_{customer}"


def contact_id(customer: str, mailbox: str) -> str:
    return f"cnt_{customer}_{mailbox}"


def solution_id(customer: str, about: str) -> str:
    return f"sol_{customer}_{about}"
