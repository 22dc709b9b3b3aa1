"""The demonstration's people: invented customers with contracts, solutions and contacts, and the desk's own.

Days are counted from the day of the seeding. Addresses end in .example, which nobody can own; telephone numbers have a
subscriber's part that begins with 0, which Colombia's plan gives to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from policy.case.case import Level, Plan
from policy.people.tax_id import check_digit
from storage.cover.solutions import SolutionKind
from storage.people.agents import Agent


@dataclass(frozen=True)
class DemoContact:
    """An authorized contact. `letter` is the written notice that names it (REQ-3); `phone`, in E.164, nobody's."""

    name: str
    mailbox: str
    letter: str
    administrator: bool = False
    signs_in: bool = True
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class DemoSolution:
    """A delivered solution; its warranty began `accepted` days before the seeding."""

    name: str
    kind: SolutionKind
    accepted: int
    certificate: str
    serial_number: str | None = None
    provider_product: str | None = None


@dataclass(frozen=True, kw_only=True)
class DemoContract:
    """A contract from `starts` to `ends`, in days from the seeding. `renewed_to`: agreed since, and not paid yet."""

    plan: Plan
    starts: int
    ends: int
    managed: bool = False
    renewed_to: int | None = None


@dataclass(frozen=True, kw_only=True)
class DemoCustomer:
    """An invented customer. `solutions` by what stories call them; `words` are its own in the texts of its cases."""

    key: str
    name: str
    nit: str
    contract: DemoContract | None
    solutions: Mapping[str, DemoSolution]
    contacts: tuple[DemoContact, ...]
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def tax_id(self) -> str:
        """The NIT with its check digit."""
        return f"{self.nit}-{check_digit(self.nit)}"

    def email(self, contact: DemoContact) -> str:
        return f"{contact.mailbox}@{self.key}.example"


def _maps(name: str, accepted: int, certificate: str) -> DemoSolution:
    return DemoSolution(
        name=name,
        kind=SolutionKind.CLOUD,
        accepted=accepted,
        certificate=certificate,
        provider_product="google-maps-platform",
    )


def _software(name: str, accepted: int, certificate: str) -> DemoSolution:
    return DemoSolution(name=name, kind=SolutionKind.SOFTWARE, accepted=accepted, certificate=certificate)


def _trackers(name: str, accepted: int, certificate: str, serial_number: str) -> DemoSolution:
    return DemoSolution(
        name=name,
        kind=SolutionKind.EQUIPMENT,
        accepted=accepted,
        certificate=certificate,
        serial_number=serial_number,
    )


# NITs of the series 909 are not given out yet: each has its right check digit and belongs to nobody.
CUSTOMERS: tuple[DemoCustomer, ...] = (
    DemoCustomer(
        key="altaneblina",
        name="Transportes Altaneblina S.A.S.",
        nit="909104382",
        contract=DemoContract(plan=Plan.PREMIUM, starts=-214, ends=150, managed=True),
        solutions={
            "maps": _maps("Mapas y rutas del portal de despacho", 410, "Acta 087 de entrega y recibo a satisfacción"),
            "tracking": _trackers("Rastreo GPS de 180 tractocamiones", 396, "Acta 091", "ALT-GPS-0180"),
            "routing": _software("Motor de ruteo de última milla", 205, "Acta 142"),
        },
        contacts=(
            DemoContact(
                "Ángela Patricia Suárez Rincón",
                "asuarez",
                "Oficio GT-2026-014",
                administrator=True,
                phone="+576010000101",
            ),
            DemoContact("Wilmer Andrés Cifuentes", "wcifuentes", "Oficio GT-2026-014", phone="+576010000102"),
            DemoContact("Yenny Lorena Barragán", "ybarragan", "Oficio GT-2026-031", phone="+576010000103"),
        ),
        words={
            "ciudad": "Bogotá",
            "usuarios": "los despachadores",
            "area": "la central de tráfico",
            "sede": "Fontibón",
            "municipio": "Buenaventura, Valle del Cauca",
            "divipola": "76109",
            "patio": "Patio de contenedores, km 4 de la vía Simón Bolívar",
        },
    ),
    DemoCustomer(
        key="colibriexpress",
        name="Domicilios Colibrí Express S.A.S.",
        nit="909118745",
        contract=DemoContract(plan=Plan.PREMIUM, starts=-301, ends=64),
        solutions={
            "maps": _maps("Google Maps Platform en la app de pedidos", 298, "Acta 103"),
            "routing": _software("Asignación y ruteo de domiciliarios", 240, "Acta 126"),
        },
        contacts=(
            DemoContact(
                "Juan Esteban Zuluaga Ochoa",
                "jzuluaga",
                "Carta del 12 de enero",
                administrator=True,
                phone="+576040000101",
            ),
            DemoContact("Manuela Arango Posada", "marango", "Carta del 12 de enero", phone="+576040000102"),
            DemoContact("Sebastián Giraldo Mesa", "sgiraldo", "Carta del 3 de marzo", signs_in=False),
        ),
        words={"ciudad": "Medellín", "usuarios": "los domiciliarios", "area": "operaciones", "sede": "El Poblado"},
    ),
    DemoCustomer(
        key="halconandino",
        name="Seguridad y Custodia Halcón Andino Ltda.",
        nit="909127061",
        contract=DemoContract(plan=Plan.PREMIUM, starts=-122, ends=243),
        solutions={
            "tracking": _trackers("Rastreo de vehículos de escolta y valores", 120, "Acta 158", "HAL-GPS-0064"),
            "gis": _software("Geovisor del centro de control", 118, "Acta 159"),
        },
        contacts=(
            DemoContact(
                "Mayor (r) Édgar Mauricio Pulido",
                "epulido",
                "Memorando 004-2026",
                administrator=True,
                phone="+576020000101",
            ),
            DemoContact("Diana Marcela Ospina", "dospina", "Memorando 004-2026", phone="+576020000102"),
            DemoContact("Óscar Iván Peñaranda", "openaranda", "Memorando 011-2026"),
        ),
        words={
            "ciudad": "Cali",
            "capa": "Puestos de control",
            "usuarios": "los operadores de medios",
            "area": "el centro de control",
            "sede": "Versalles",
            "municipio": "Cali, Valle del Cauca",
            "divipola": "76001",
            "patio": "Base de escoltas, calle 25 norte # 6A-42",
        },
    ),
    DemoCustomer(
        key="mardeleva",
        name="Distribuidora Mar de Leva S.A.",
        nit="909133590",
        # About to end: its cover is announced by now (WAR-5).
        contract=DemoContract(plan=Plan.PREMIUM, starts=-359, ends=6),
        solutions={
            "routing": _software("Ruteo de entregas tienda a tienda", 352, "Acta 096"),
            "maps": _maps("Mapa de cobertura de clientes", 352, "Acta 096"),
            "tracking": _trackers("Rastreo de 42 camiones de reparto", 340, "Acta 099", "MDL-GPS-0042"),
        },
        contacts=(
            DemoContact(
                "Karen Sofía De la Hoz",
                "kdelahoz",
                "Oficio 220 de Logística",
                administrator=True,
                phone="+576050000101",
            ),
            DemoContact("Jairo Enrique Altamar", "jaltamar", "Oficio 220 de Logística"),
        ),
        words={
            "ciudad": "Barranquilla",
            "usuarios": "los coordinadores de reparto",
            "area": "logística",
            "sede": "Vía 40",
            "municipio": "Barranquilla, Atlántico",
            "divipola": "08001",
            "patio": "Centro de distribución, Vía 40 # 73-290",
        },
    ),
    DemoCustomer(
        key="llanoarriba",
        name="Electrificadora Llano Arriba E.S.P.",
        nit="909140217",
        contract=DemoContract(plan=Plan.PREMIUM, starts=-76, ends=289, managed=True),
        solutions={
            "gis": _software("GIS de redes de media y baja tensión", 74, "Acta 171"),
            "tracking": _trackers("Rastreo de cuadrillas", 74, "Acta 172", "LLA-GPS-0025"),
        },
        contacts=(
            DemoContact(
                "Nelson Darío Caro Vega", "ncaro", "Resolución interna 118", administrator=True, phone="+576080000101"
            ),
            DemoContact("Luz Mery Parales", "lparales", "Resolución interna 118", phone="+576080000102"),
        ),
        words={
            "ciudad": "Yopal",
            "capa": "Circuitos de media tensión",
            "usuarios": "los jefes de cuadrilla",
            "area": "el centro de gestión",
            "sede": "Marginal",
            "municipio": "Yopal, Casanare",
            "divipola": "85001",
            "patio": "Subestación Marginal, carrera 19 # 24-110",
        },
    ),
    DemoCustomer(
        key="paramoverde",
        name="Cooperativa Lechera Páramo Verde",
        nit="909152836",
        contract=DemoContract(plan=Plan.STANDARD, starts=-180, ends=185),
        solutions={
            "routing": _software("Ruteo de recolección en fincas", 176, "Acta 150"),
            "tracking": _trackers("Rastreo de carrotanques de acopio", 176, "Acta 149", "PVE-GPS-0019"),
        },
        contacts=(
            DemoContact("Héctor Fabio Cárdenas", "hcardenas", "Acta de consejo 33", administrator=True),
            DemoContact("Nubia Esperanza Tique", "ntique", "Acta de consejo 33"),
        ),
        words={
            "ciudad": "Ubaté",
            "usuarios": "los conductores de acopio",
            "area": "acopio",
            "sede": "la planta",
            "municipio": "Villa de San Diego de Ubaté, Cundinamarca",
            "divipola": "25843",
            "patio": "Planta de acopio, vereda Tausavita",
        },
    ),
    DemoCustomer(
        key="frailejonal",
        name="Aguas del Frailejonal E.S.P.",
        nit="909161409",
        contract=DemoContract(plan=Plan.STANDARD, starts=-95, ends=270),
        solutions={
            "gis": _software("Geovisor de redes de acueducto y alcantarillado", 260, "Acta 119"),
            "maps": _maps("Mapa público de suspensiones", 93, "Acta 163"),
        },
        contacts=(
            DemoContact("Claudia Inés Pinto Sandoval", "cpinto", "Oficio 1042", administrator=True),
            DemoContact("Germán Rodrigo Vargas", "gvargas", "Oficio 1042"),
            DemoContact("Leidy Johana Medina", "lmedina", "Oficio 1107", signs_in=False),
        ),
        words={
            "ciudad": "Tunja",
            "capa": "Redes de acueducto",
            "usuarios": "los inspectores de redes",
            "area": "operación de redes",
            "sede": "el edificio central",
        },
    ),
    DemoCustomer(
        key="guaduareal",
        name="Constructora Guadua Real S.A.",
        nit="909175528",
        contract=DemoContract(plan=Plan.STANDARD, starts=-40, ends=325),
        solutions={
            "gis": _software("Visor de predios y licencias", 330, "Acta 101"),
            "maps": _maps("Localizador de salas de ventas", 150, "Acta 152"),
        },
        contacts=(
            DemoContact("Paula Andrea Loaiza", "ploaiza", "Carta GR-77", administrator=True),
            DemoContact("Mateo Hincapié Duque", "mhincapie", "Carta GR-77"),
        ),
        words={
            "ciudad": "Pereira",
            "capa": "Licencias urbanísticas",
            "usuarios": "los asesores de ventas",
            "area": "planeación",
            "sede": "Pinares",
        },
    ),
    DemoCustomer(
        key="puertoalmendral",
        name="Municipio de Puerto Almendral",
        nit="909183954",
        contract=DemoContract(plan=Plan.STANDARD, starts=-150, ends=39),
        solutions={
            "gis": _software("Catastro multipropósito y geoportal", 148, "Acta 153"),
            "maps": _maps("Geocodificación de trámites ciudadanos", 148, "Acta 154"),
        },
        contacts=(
            DemoContact("Rosa Elvira Mosquera", "planeacion", "Decreto 057", administrator=True),
            DemoContact("Carlos Arturo Benítez", "sistemas", "Decreto 057"),
        ),
        words={
            "ciudad": "Puerto Almendral",
            "capa": "Predios rurales",
            "usuarios": "los funcionarios de ventanilla",
            "area": "planeación",
            "sede": "el palacio municipal",
        },
    ),
    DemoCustomer(
        key="manosdelvalle",
        name="IPS Domiciliaria Manos del Valle S.A.S.",
        nit="909194673",
        contract=DemoContract(plan=Plan.STANDARD, starts=-260, ends=105),
        solutions={
            "routing": _software("Agenda y ruteo de visitas médicas", 255, "Acta 122"),
            "maps": _maps("Geocodificación de pacientes", 255, "Acta 122"),
        },
        contacts=(
            DemoContact("Viviana Cristina Lozano", "vlozano", "Circular 09", administrator=True),
            DemoContact("Andrés Felipe Riascos", "ariascos", "Circular 09"),
        ),
        words={
            "ciudad": "Palmira",
            "usuarios": "las enfermeras",
            "area": "programación de visitas",
            "sede": "Versalles",
        },
    ),
    DemoCustomer(
        key="alboradadelneusa",
        name="Flores Alborada del Neusa S.A.S.",
        nit="909206118",
        # In warranty only: the acceptance certificate is recent and there is no contract yet (WAR-1).
        contract=None,
        solutions={
            "tracking": _trackers("Rastreo de furgones refrigerados", 38, "Acta 176", "ADN-GPS-0012"),
            "gis": _software("Mapa de bloques y riego", 38, "Acta 177"),
        },
        contacts=(
            DemoContact("María del Pilar Nieto", "mnieto", "Correo certificado 8841", administrator=True),
            DemoContact("Edwin Fernando Chaves", "echaves", "Correo certificado 8841"),
        ),
        words={
            "ciudad": "Cogua",
            "capa": "Bloques y camas",
            "usuarios": "los supervisores de poscosecha",
            "area": "poscosecha",
            "sede": "la finca",
        },
    ),
    DemoCustomer(
        key="laceibaalta",
        name="Café de Origen La Ceiba Alta S.A.S.",
        nit="909219380",
        # Renewed and not paid: what it opens is held (WAR-2, WAR-3).
        contract=DemoContract(plan=Plan.STANDARD, starts=-425, ends=-60, renewed_to=305),
        solutions={
            "maps": _maps("Mapa de fincas y centros de acopio", 420, "Acta 083"),
            "routing": _software("Ruteo de compra en finca", 420, "Acta 083"),
        },
        contacts=(
            DemoContact("Gloria Amparo Henao", "ghenao", "Carta de gerencia 5", administrator=True),
            DemoContact("Brayan Stiven Marulanda", "bmarulanda", "Carta de gerencia 5"),
        ),
        words={"ciudad": "Armenia", "usuarios": "los compradores de finca", "area": "compras", "sede": "la trilladora"},
    ),
)

AGENTS: tuple[Agent, ...] = (
    Agent(id="laura.mejia", name="Laura Mejía", email="laura.mejia@escala.example", levels=(Level.HELP_DESK,)),
    Agent(
        id="andres.castaneda",
        name="Andrés Castañeda",
        email="andres.castaneda@escala.example",
        levels=(Level.HELP_DESK,),
    ),
    Agent(
        id="yuliana.perea",
        name="Yuliana Perea",
        email="yuliana.perea@escala.example",
        levels=(Level.HELP_DESK, Level.SPECIALISTS),
        groups=("infraestructura",),
    ),
    Agent(
        id="camilo.restrepo",
        name="Camilo Restrepo",
        email="camilo.restrepo@escala.example",
        levels=(Level.SPECIALISTS,),
        groups=("google-maps-platform",),
    ),
    Agent(
        id="natalia.bohorquez",
        name="Natalia Bohórquez",
        email="natalia.bohorquez@escala.example",
        levels=(Level.SPECIALISTS,),
        groups=("sig",),
    ),
    Agent(
        id="jhon.quintero",
        name="Jhon Jairo Quintero",
        email="jhon.quintero@escala.example",
        levels=(Level.SPECIALISTS,),
        groups=("rastreo",),
    ),
    Agent(
        id="paola.villamizar",
        name="Paola Villamizar",
        email="paola.villamizar@escala.example",
        levels=(Level.SPECIALISTS,),
        groups=("infraestructura",),
    ),
    Agent(
        id="hernando.rincon",
        name="Hernando Rincón",
        email="hernando.rincon@escala.example",
        levels=(Level.DIRECTOR,),
        is_director=True,
    ),
)
"""The desk's people: three at level 1, one specialist for each group of the policy file and one more, the director."""

HELP_DESK = ("laura.mejia", "andres.castaneda", "yuliana.perea")
SPECIALISTS = {
    "google-maps-platform": "camilo.restrepo",
    "sig": "natalia.bohorquez",
    "rastreo": "jhon.quintero",
    "infraestructura": "paola.villamizar",
}
DIRECTOR = "hernando.rincon"
