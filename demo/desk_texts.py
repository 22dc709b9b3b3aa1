"""The texts that the demonstration writes often: canned replies and macros that all share."""

from __future__ import annotations

from datetime import datetime

from storage.engine.database import Database
from storage.signing_in import accounts
from storage.workbench import canned_replies, macros
from storage.workbench.canned_replies import CannedReply
from storage.workbench.macros import Macro

_AUTHOR = "acc_demo_laura.mejia"

_WHAT_IS_SEEN = (
    "{contacto}, para el caso {caso} necesitamos lo que dice la consola del navegador: con la página abierta, oprima "
    "F12, elija «Consola» y envíenos una captura de lo que aparece en rojo."
)
_RECEIVED = (
    "Buenos días, {contacto}. Recibimos su caso {caso} y ya lo estamos revisando. Le escribimos aquí mismo con lo que "
    "encontremos.\n\n{agente}, Mesa de Ayuda"
)
_TRY = (
    "{contacto}, ¿nos comparte la hora exacta de un intento que falló y el usuario con que se hizo? Con eso lo "
    "buscamos en los registros."
)
_QUOTA = (
    "Se amplió la cuota diaria de la API de mapas y se agregó una alerta al 80 % de su consumo. Por favor, confírmenos "
    "que el mapa carga con normalidad."
)
_STILL = (
    "{contacto}, seguimos trabajando en el caso {caso}. Aún no hay novedad; el reloj del nivel sigue corriendo y lo "
    "mantenemos al tanto."
)
_SEEN = "{contacto}, pudimos ver lo mismo que usted describe. Buscamos la causa y le contamos en este caso."
_RENEWED = "El certificado se renovó y se desplegó. La renovación quedó automática, con aviso 20 días antes."

CANNED = {
    "recibido": ("Recibido, ya lo revisamos", _RECEIVED),
    "reproducido": ("Pudimos reproducirlo", _SEEN),
    "consola": ("Pedir la consola del navegador", _WHAT_IS_SEEN),
    "hora-y-usuario": ("Pedir hora y usuario de un intento", _TRY),
    "cuota": ("Solución: cuota de la API ampliada", _QUOTA),
    "certificado": ("Solución: certificado renovado", _RENEWED),
    "sin-novedad": ("Seguimos trabajando", _STILL),
}
"""By a name for ever: the title, and the text with its placeholders."""

MACROS = {
    "tomar": ("Tomar y avisar", [("claim", "", ""), ("replies", "", _RECEIVED)]),
    "urgente": (
        "Detenida toda la operación",
        [
            ("priority", "1", "El servicio no puede usarse en producción y afecta toda la operación."),
            ("notes", "", "Confirmado con {contacto}: nadie puede trabajar. Avisar al nivel 2."),
        ],
    ),
}


async def keep(db: Database, *, at: datetime) -> None:
    """Keep them in the name of one who has an account; who has changed or removed one since keeps it so."""
    if await accounts.get(db, _AUTHOR) is None or await canned_replies.listing(db, _AUTHOR):
        return
    for name, (title, body) in CANNED.items():
        reply = CannedReply(id=f"can_demo_{name}", account_id=_AUTHOR, shared=True, title=title, body=body)
        await canned_replies.create(db, reply, at=at)
    for name, (title, acts) in MACROS.items():
        said = [{"act": act, "value": value, "words": words} for act, value, words in acts]
        macro = Macro(id=f"mac_demo_{name}", account_id=_AUTHOR, shared=True, name=title, acts=said)
        await macros.keep(db, macro, at=at)
