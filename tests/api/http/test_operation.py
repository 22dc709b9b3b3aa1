"""What operators rely on: tokens, health, figures, the log, notices, the preview and the reference."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from storage.signing_in import tokens
from tests.api.office import BASE, NEW_CASE, Office
from tests.support.lives import bogota
from tests.support.promises import PROMISES, Promise


class TestTokens:
    @pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Bearer nobody", "Basic YTpi", "Bearer ñ"])
    async def test_an_unknown_one_is_401(self, office: Office, authorization: str) -> None:
        headers = [(b"Authorization", authorization.encode())]
        answer = await office.client.get(f"{BASE}/cases", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (401, "urn:escala:unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_a_revoked_one_is_401(self, office: Office) -> None:
        await tokens.revoke(office.db, "token-agent", at=office.clock())
        assert (await office.get("/cases")).status_code == 401

    async def test_one_of_a_contact_taken_off_the_roster_is_401(self, office: Office) -> None:
        roster = [{"name": "Luz", "email": "luz@a.example", "is_system_administrator": True, "notice_reference": "C"}]
        roster[0]["notified_on"] = "2026-11-02"
        await office.put("/customers/standard-1/contacts", roster)
        assert (await office.get("/cases", "contact")).status_code == 401


class TestHealth:
    async def test_is_told_without_a_token(self, office: Office) -> None:
        assert (await office.get("/health/live", None)).json() == {"status": "live"}
        assert (await office.get("/health/ready", None)).json() == {"status": "ready"}

    async def test_says_which_part_is_missing(self, office: Office) -> None:
        office.desk.down = True
        answer = await office.get("/health/ready", None)
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:escala:not-ready")
        assert "motor de casos" in answer.json()["detail"]
        assert (await office.get("/health/live", None)).status_code == 200


class TestFigures:
    async def test_count_requests_refusals_cases_and_lateness(self, office: Office) -> None:
        number = await office.open(proposed_priority=1)
        await office.give(number, "replies", body="")
        office.clock.passes(minutes=31)
        await office.desk.settle(number)
        told = (await office.get("/metrics", "admin")).text
        assert 'escala_refusals_total{name="text-missing"} 1.0' in told
        assert 'escala_requests_total{method="POST",route="/cases/{number}/replies",status="422"} 1.0' in told
        assert 'escala_cases{level="2",overdue="false",status="new"} 1.0' in told
        assert 'escala_hand_off_lateness_seconds{quantile="1.0"} 60.0' in told
        assert 'escala_notices{state="pending"}' in told
        assert 'escala_notices{state="failing"} 0.0' in told
        assert "escala_notice_age_seconds" in told

    @pytest.mark.parametrize(("who", "status"), [(None, 401), ("contact", 403), ("agent", 403)])
    async def test_are_for_administrators(self, office: Office, who: str | None, status: int) -> None:
        assert (await office.get("/metrics", who)).status_code == status


class TestTheLog:
    async def test_has_the_route_and_role_but_no_words_and_no_token(self, office: Office) -> None:
        lines: list[str] = []
        handler = logging.Handler()
        handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
        logging.getLogger("escala.access").addHandler(handler)
        number = await office.open(title="Cédula 52.123.456")
        await office.get("/cases", q="52.123.456")
        logging.getLogger("escala.access").removeHandler(handler)
        told = json.loads(lines[-1])
        assert (told["method"], told["route"], told["status"], told["role"]) == ("GET", "/cases", 200, "agent")
        assert not any(word in line for line in lines for word in ("52.123", number, office.secrets["agent"]))


class TestNotices:
    async def test_are_listed_with_their_state(self, office: Office) -> None:
        number = await office.open()
        items = (await office.get("/notices", case=number, state="pending")).json()["items"]
        assert {(each["kind"], each["recipient"], each["state"]) for each in items} == {
            ("case_opened", "contact:contact-standard-1", "pending"),
            ("case_opened", "level:1", "pending"),
        }
        assert (await office.get("/notices", case=number, state="given_up")).json()["items"] == []

    async def test_are_not_for_contacts(self, office: Office) -> None:
        assert (await office.get("/notices", "contact")).status_code == 403


class TestThePreview:
    @pytest.mark.rule("ESC-4")
    @pytest.mark.parametrize("promise", PROMISES[::5], ids=str)
    async def test_gives_the_promises_that_were_written_out_by_hand(self, office: Office, promise: Promise) -> None:
        opened_at = promise.opened_at.isoformat()
        asked = await office.get("/sla/preview", plan=promise.plan, priority=int(promise.priority), opened_at=opened_at)
        told = asked.json()
        for name in ("initial_attention_due_at", "level_2_at", "level_3_at", "overdue_at"):
            assert told[name] == getattr(promise, name).isoformat().replace("+00:00", "Z")

    @pytest.mark.rule("ESC-4")
    async def test_agrees_with_the_case_that_is_opened_then(self, office: Office) -> None:
        office.clock.at = bogota("2026-12-04 16:45")
        asked = await office.get("/sla/preview", plan="standard", priority=2, opened_at="2026-12-04T16:45:00-05:00")
        told = asked.json()
        case = (await office.post("/cases", NEW_CASE, "contact")).json()
        assert told["level_2_at"] == case["next_hand_off_at"]
        assert told["initial_attention_due_at"] == case["clocks"]["initial_attention"]["due_at"]

    @pytest.mark.parametrize(
        "opened_at", ["", "2026-11-25", "2026-11-25T09:00:00", "1999-12-31T23:59:59Z", "2101-01-01T00:00:00Z", "17e8"]
    )
    async def test_refuses_absurd_instants(self, office: Office, opened_at: str) -> None:
        answer = await office.get("/sla/preview", plan="standard", priority=2, opened_at=opened_at)
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "query.opened_at")

    async def test_takes_a_plus_that_was_not_escaped(self, office: Office) -> None:
        query = "plan=premium&priority=1&opened_at=2026-11-25T09:00:00+02:00"
        answer = await office.client.get(f"{BASE}/sla/preview?{query}", headers=office.headers("agent"))
        assert answer.json()["opened_at"] == "2026-11-25T07:00:00Z"


class TestTheReference:
    async def test_every_operation_says_what_it_does_in_spanish_and_what_it_refuses(self, office: Office) -> None:
        document = (await office.get("/openapi.json", None)).json()
        for path, method, operation in operations(document):
            assert operation["summary"], (method, path)
            assert not operation["summary"].isascii() or operation["summary"].split()[0] in SPANISH, operation[
                "summary"
            ]
            if "health" in path:
                continue
            assert "401" in operation["responses"], (method, path)
            for status, answer in operation["responses"].items():
                if status >= "400":
                    examples = answer["content"]["application/problem+json"]["examples"]
                    assert all(each["value"]["detail"] for each in examples.values())

    async def test_every_body_has_an_example_that_is_valid(self, office: Office) -> None:
        document = (await office.get("/openapi.json", None)).json()
        for path, method, operation in operations(document):
            contents = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in (each.get("content", {}).get("application/json") for each in contents):
                if content:
                    schema = {**content["schema"], "components": document["components"]}
                    errors = list(Draft202012Validator(schema).iter_errors(content["example"]))
                    assert not errors, (method, path, errors)

    async def test_every_post_takes_an_idempotency_key_and_says_so(self, office: Office) -> None:
        document = (await office.get("/openapi.json", None)).json()
        posts = [operation for _, method, operation in operations(document) if method == "post"]
        assert len(posts) >= 23
        by_key = [each for each in posts if each.get("security") != [{"WebhookSignature": []}]]
        assert len(by_key) == len(posts) - 1, "a telephone system names its events itself"
        for operation in by_key:
            assert any(each["name"] == "Idempotency-Key" and each["required"] for each in operation["parameters"])
            assert "idempotency-key-reused" in operation["responses"]["422"]["description"]

    @pytest.mark.rule("ESC-8")
    async def test_a_refusal_is_listed_with_its_rule(self, office: Office) -> None:
        document = (await office.get("/openapi.json", None)).json()
        refused = document["paths"][f"{BASE}/cases/{{number}}/transfers"]["post"]["responses"]["422"]
        assert "functional-escalation-not-in-plan (ESC-8)" in refused["description"]
        example = refused["content"]["application/problem+json"]["examples"]["functional-escalation-not-in-plan"]
        assert example["value"]["rule"] == "ESC-8"

    async def test_the_page_stands_alone(self, office: Office) -> None:
        answer = await office.get("/docs", None)
        assert "Abrir un caso" in answer.text
        assert not re.search(r"""(=|url\()\s*["']?\s*(https?:)?//""", answer.text)
        assert "<script" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


SPANISH = (
    "Registrar Listar Consultar Renovar Reemplazar Abrir Explicar Seguir Anticipar Tomar Asignar Responder Dejar "
    "Confirmar Pedir Escribir Subir Escalar Anotar Cerrar Dar Reabrir Retirar Saber Cifras Vincular "
    "Solicitar Aprobar Aceptar Acordar Cancelar Iniciar Informar Terminar Leer Aplicar Mostrar Enviar Descargar "
    "Calificar Revocar Crear Poner Quitar Cambiar Pausar Reanudar Reenviar"
)


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, methods in document["paths"].items() for method, each in methods.items()]
