"""Who may use which route. What stands in none of these lists is nobody's, and fails the matrix until it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from desk.commands.commands import OFFERS
from policy.case.case import Role
from policy.case.commands import OpenCase
from policy.case.lifecycle import ROLES

NOBODY = "nobody"
CONTACTS = frozenset({"contact_a", "admin_a", "contact_b"})
WORKERS = frozenset({"agent", "director"})
REGISTRARS = frozenset({"commercial", "admin"})
STAFF = WORKERS | REGISTRARS
SIGNED_IN = CONTACTS | STAFF
ANYBODY = SIGNED_IN | {NOBODY}
EVERYBODY = tuple(sorted(ANYBODY))

Audience = frozenset[str]


def _of(roles: frozenset[Role]) -> Audience:
    found = {role.value for role in roles} & STAFF
    return frozenset(found | CONTACTS if Role.CONTACT in roles else found)


_OPENERS = _of(frozenset(ROLES[OpenCase]))
_AMENDERS = frozenset({"director", "admin"})
_BOARD = REGISTRARS | {"director"}
_API = {
    ANYBODY: """
        GET /health/live, GET /health/ready, GET /docs, GET /openapi.json, POST /telephone/events
    """,
    SIGNED_IN: """
        GET /cases, GET /cases/{number}, GET /cases/{number}/clocks, GET /cases/{number}/files,
        GET /cases/{number}/provider-incidents, GET /cases/{number}/stream, GET /cases/{number}/timeline,
        GET /cases/{number}/visit, GET /cases/{number}/visits, GET /contracts/{contract_id}, GET /customers,
        GET /customers/{customer_id},
        GET /customers/{customer_id}/contacts, GET /customers/{customer_id}/contracts,
        GET /customers/{customer_id}/solutions, GET /files/{file_id}, GET /municipalities, GET /provider-incidents,
        GET /sla/preview, POST /cases/{number}/files, POST /files
    """,
    WORKERS | {"admin"}: """
        POST /absences, DELETE /absences/{absence_id}, GET /duty, GET /duty/rotas, GET /duty/overrides,
        GET /duty/swaps, POST /duty/swaps/{swap_id}/answer, GET /duty/pages,
        POST /duty/pages/{page_id}/acknowledgement
    """,
    STAFF: "GET /absences, GET /agents, GET /groups, GET /inbox, GET /notices, GET /provider-feeds",
    _OPENERS: """
        POST /cases, GET /cases/{number}/chat/presence, PUT /cases/{number}/chat/presence,
        DELETE /cases/{number}/chat/presence
    """,
    CONTACTS: "POST /cases/{number}/rating, POST /chats, GET /chats/outlook",
    WORKERS: "GET /chats, POST /chats/readiness, POST /duty/swaps",
    REGISTRARS: """
        POST /customers, POST /customers/{customer_id}/contacts, POST /customers/{customer_id}/contracts,
        POST /customers/{customer_id}/solutions, POST /contracts/{contract_id}/payments,
        POST /contracts/{contract_id}/renewals, POST /contracts/{contract_id}/end,
        POST /solutions/{solution_id}/acceptance
    """,
    REGISTRARS | {"admin_a"}: "PUT /customers/{customer_id}/contacts",
    _AMENDERS: """
        GET /amendments, GET /amendments/{amendment_id}, POST /amendments, POST /amendments/preview,
        POST /duty/rotas, DELETE /duty/rotas/{rota_id}, POST /duty/overrides, DELETE /duty/overrides/{override_id}
    """,
    frozenset({"admin"}): """
        GET /metrics, POST /agents, GET /tokens, GET /tokens/{token_id}, DELETE /tokens/{token_id},
        GET /audit, GET /webhooks, POST /webhooks, GET /webhooks/{webhook_id}, DELETE /webhooks/{webhook_id},
        POST /webhooks/{webhook_id}/rotation, POST /webhooks/{webhook_id}/pause,
        POST /webhooks/{webhook_id}/resumption, POST /webhooks/{webhook_id}/test,
        GET /webhooks/{webhook_id}/deliveries, POST /webhooks/{webhook_id}/deliveries/{delivery_id}/replay
    """,
}
_PAGES = {
    ANYBODY: """
        GET /static/{path:path}, GET /clave/olvido, POST /clave/olvido, GET /clave/{key}, POST /clave/{key},
        GET /avisos/baja/{key}, POST /avisos/baja/{key},
        GET /ingreso, POST /ingreso, GET /ingreso/codigo, POST /ingreso/codigo, GET /ingreso/como, POST /ingreso/como,
        GET /ingreso/externo, GET /ingreso/externo/vuelta, POST /idioma, POST /salida, GET /guardia/aviso/{link},
        POST /guardia/aviso/{link}, GET /calendario/{secret}.ics
    """,
    SIGNED_IN: """
        GET /, GET /archivos/{file_id}, GET /archivos/{file_id}/imagen, GET /archivos/{file_id}/miniatura,
        GET /buscar, GET /buscar/rapido, GET /casos, GET /casos/lista, GET /casos/{number},
        GET /casos/{number}/eventos, GET /casos/{number}/partes/{part}, GET /casos/{number}/proceso, GET /contactos,
        GET /contratos, GET /cuenta, GET /incidentes, GET /municipios, GET /proceso.bpmn,
        POST /casos/{number}/borradores/{composer:path}, POST /casos/{number}/vista-previa/{composer:path},
        GET /casos/{number}/chat,
        POST /cuenta/atajos, POST /cuenta/avisos, POST /cuenta/clave, POST /cuenta/codigo,
        POST /cuenta/codigo/confirmacion, POST /cuenta/codigo/fin, POST /cuenta/sesiones/fin,
        POST /cuenta/sesiones/{session_id}/fin
    """,
    CONTACTS | WORKERS | {"admin"}: """
        GET /cuenta/calendarios, POST /cuenta/calendarios, POST /cuenta/calendarios/{feed_id}/fin
    """,
    CONTACTS: """
        GET /casos/eventos, POST /casos/{number}/calificacion, GET /chat, POST /chat, GET /casos/{number}/chat/partes,
        POST /casos/{number}/chat/presencia, POST /casos/{number}/chat/presencia/fin
    """,
    WORKERS: """
        GET /casos/{number}/duplicado, GET /casos/{number}/plantillas/{reply_id}, POST /casos/{number}/presencia,
        POST /casos/{number}/presencia/fin, GET /respuestas,
        POST /respuestas, GET /respuestas/{reply_id}, POST /respuestas/{reply_id}, POST /respuestas/{reply_id}/eliminar,
        POST /cola/lote, POST /cola/lote/aplicar, GET /correo, GET /correo/{message_id},
        GET /correo/{message_id}/original, POST /correo/{message_id},
        GET /telefono, GET /telefono/numero, GET /telefono/{call_id}, POST /telefono/registro, POST /telefono/canal,
        POST /telefono/{call_id}/contacto,
        POST /guardia/avisos/{page_id}/recibido, POST /guardia/avisos/recibidos, POST /guardia/cambios,
        GET /chats, GET /chats/lista, POST /chats/disponible, GET /avisos, GET /avisos/campana, GET /avisos/eventos,
        POST /avisos/leidos,
        GET /macros, POST /macros, GET /macros/{macro_id},
        POST /macros/{macro_id}, POST /macros/{macro_id}/eliminar, GET /casos/{number}/macros/{macro_id},
        POST /casos/{number}/macros/{macro_id}, POST /casos/{number}/etiquetas, POST /casos/{number}/etiquetas/fin
    """,
    STAFF: """
        GET /clientes, GET /clientes/{customer_id}, GET /cola, GET /cola.csv, GET /cola/eventos, GET /cola/filas,
        GET /proceso, GET /proceso/cifras, POST /cola/vistas, POST /cola/vistas/{view_id}/fin
    """,
    _OPENERS: """
        GET /casos/nuevo, POST /casos/nuevo, POST /casos/nuevo/borrador, POST /casos/nuevo/parecidos,
        POST /casos/{number}/respuestas/{reply_id}/deshacer
    """,
    REGISTRARS: """
        GET /inicio, GET /usuarios, POST /usuarios/invitacion, POST /usuarios/{account_id}/activacion,
        POST /usuarios/{account_id}/codigo/fin, POST /usuarios/{account_id}/desactivacion,
        POST /usuarios/{account_id}/invitacion, POST /usuarios/{account_id}/sesiones/fin, POST /clientes,
        POST /clientes/{customer_id}/soluciones, POST /clientes/{customer_id}/soluciones/{solution_id}/acta,
        POST /contratos, POST /contratos/{contract_id}/pagos,
        POST /contratos/{contract_id}/renovaciones, POST /contratos/{contract_id}/fin,
        POST /contratos/{contract_id}/reemplazo, POST /contactos/lista
    """,
    REGISTRARS | {"admin_a"}: """
        POST /contactos/ingreso, POST /contactos/{contact_id}/invitacion, POST /contactos/{contact_id}/retiro
    """,
    _BOARD: """
        GET /direccion/tablero, GET /direccion/tablero.csv, GET /direccion/tablero.pdf, GET /direccion/tablero.xlsx
    """,
    frozenset({"director"}): "GET /direccion/visitas",
    WORKERS | {"admin"}: """
        GET /ausencias, POST /ausencias, POST /ausencias/{absence_id}/fin, GET /guardia,
        POST /guardia/cambios/{swap_id}/{answer}
    """,
    _AMENDERS: """
        GET /guardia/turnos, POST /guardia/turnos, POST /guardia/turnos/{rota_id}/fin, POST /guardia/reemplazos,
        POST /guardia/reemplazos/{override_id}/fin
    """,
    frozenset({"admin"}): """
        POST /usuarios/{account_id}/rol/fin, POST /usuarios/tokens/{token_id}/fin, GET /auditoria, GET /auditoria.csv,
        GET /auditoria.json, GET /avisos/ejemplos, GET /webhooks, POST /webhooks, GET /webhooks/{webhook_id},
        POST /webhooks/{webhook_id}/secreto, POST /webhooks/{webhook_id}/prueba, POST /webhooks/{webhook_id}/pausa,
        POST /webhooks/{webhook_id}/reanudacion, POST /webhooks/{webhook_id}/fin,
        POST /webhooks/{webhook_id}/envios/{delivery_id}/reenvio
    """,
}


def _placed() -> Iterator[tuple[str, Audience]]:
    for prefix, lists in (("/api/v1", _API), ("", _PAGES)):
        for audience, listed in lists.items():
            for each in listed.split(","):
                method, path = each.split()
                yield f"{method} {prefix}{path}", audience
    for offer in OFFERS:
        yield f"POST /api/v1/cases/{{number}}/{offer.path}", _of(frozenset(ROLES[offer.command]))


WHO_MAY: Mapping[str, Audience] = dict(_placed())
"""Each route's name and those who may use it. Whether what they ask for is theirs to see is another question."""

ORDERS: Mapping[str, Audience] = {
    offer.path.replace("/{session}", ""): _of(frozenset(ROLES[offer.command])) for offer in OFFERS
}
"""The commands that a case's page gives, and who may give them."""
ORDER_ROUTE = "POST /casos/{number}/ordenes/{path:path}"
