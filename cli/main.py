"""The `escala` command: what each subcommand is called and takes; what it does lives in a module of its own.

A subcommand imports its module when it runs, so that each starts with no more than it needs.
"""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli import accounts, municipalities, tokens
from policy.case.case import Category, Channel
from policy.terms.policy_file import PolicyFileError
from settings import read_settings, settings
from wording import console


class _OneSentence(TyperGroup):
    """A command that cannot go on says why in one sentence; only a bug shows a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except PolicyFileError as error:
            stopped = console.Stopped(console.bad_policy(error))
        except console.Stopped as found:
            stopped = found
        typer.echo(f"escala: {stopped}", err=True)
        raise typer.Exit(stopped.exit_code) from None


app = typer.Typer(
    cls=_OneSentence,
    help="Escala, la mesa de ayuda que cumple sola sus promesas.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(tokens.app, name="tokens")
app.add_typer(accounts.app, name="accounts")
app.add_typer(municipalities.app, name="municipalities")


def _port(environment: str, what: str) -> Any:
    return typer.Option(min=1, max=65535, envvar=environment, help=what)


_OBJECTS_BEFORE_A_LOOK = 10_000
"""New objects after which the collector looks for circles among them. A command makes some thousands: after each 700,
as Python has it, it looked several times at what was still in use.
"""


@contextmanager
def _imported_for_good() -> Iterator[None]:
    """What a process imports stays until it ends: the garbage collector looks through it neither now nor later.

    A sixth of the processor time of a start (5.8 to 4.9 s for the API), and of each full collection nearly all.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(_OBJECTS_BEFORE_A_LOOK)
        gc.enable()


@app.command()
def up(
    api_port: Annotated[int | None, _port("ESCALA_API_PORT", "Puerto de la API.")] = None,
    temporal_port: Annotated[int | None, _port("ESCALA_TEMPORAL_PORT", "Puerto de Temporal.")] = None,
    ui_port: Annotated[int | None, _port("ESCALA_TEMPORAL_UI_PORT", "Puerto de las páginas de Temporal.")] = None,
    state_dir: Annotated[
        Path | None, typer.Option(envvar="ESCALA_STATE_DIR", help="Carpeta donde queda todo lo que dura.")
    ] = None,
    demo: Annotated[bool, typer.Option(help="Siembra clientes de ejemplo donde no hay ninguno.")] = True,
) -> None:
    """Inicia toda la mesa en esta máquina: Temporal, worker y API (Ctrl-C la detiene)."""
    from cli.up import up

    chosen: dict[str, Any] = {"api_port": api_port, "state_dir": state_dir}
    if temporal_port is not None:
        chosen["temporal_address"] = f"127.0.0.1:{temporal_port}"
    if ui_port is not None:
        chosen["temporal_ui_url"] = f"http://127.0.0.1:{ui_port}"
    up(read_settings(**{name: value for name, value in chosen.items() if value is not None}), demo=demo)


@app.command()
def worker() -> None:
    """Atiende los casos: ejecuta los workflows y sus actividades."""
    with _imported_for_good():
        import uvloop

        from worker import run

    uvloop.run(run(settings()))


@app.command()
def api() -> None:
    """Sirve la API y el portal."""
    with _imported_for_good():
        from api.http.app import create_app
        from api.http.server import serve

    here = settings()
    serve(create_app(here), here)


@app.command()
def migrate(
    namespace: Annotated[
        bool, typer.Option("--namespace", help="Prepara también el namespace de Temporal: atributos y retención.")
    ] = False,
) -> None:
    """Pone al día la base de datos."""
    from sqlalchemy.exc import DBAPIError

    from cli.temporal_server import prepare_namespace
    from storage.engine.database import upgrade

    here = settings()
    if here.profile == "embedded":
        here.state_dir.mkdir(parents=True, exist_ok=True)
    try:
        upgrade(here.database_url)
    except (DBAPIError, OSError) as error:
        raise console.Stopped(console.database_unreachable(error), 1) from None
    typer.echo(console.MIGRATED)
    if namespace:
        asyncio.run(prepare_namespace(here))
        typer.echo(console.NAMESPACE_READY)


@app.command()
def verify(
    audit: Annotated[bool, typer.Option("--audit", help="Solo la auditoría de actos de seguridad.")] = False,
) -> None:
    """Verifica que la auditoría y los hechos de los casos estén como se escribieron."""
    from cli.verify import verify

    verify(audit_only=audit)


@app.command(name="seed-demo")
def seed_demo() -> None:
    """Siembra clientes y casos de ejemplo donde no hay ninguno (nunca en producción)."""
    from demo.seed import first_curl, seed_demo

    here = settings()
    asyncio.run(seed_demo(here))
    if command := first_curl(here):
        typer.echo(console.first_curl(command))


_Url = Annotated[str | None, typer.Option(envvar="ESCALA_URL", help="Dirección de la API; por defecto, esta máquina.")]
_Token = Annotated[
    str | None,
    typer.Option(envvar="ESCALA_TOKEN", help="Acceso a la API; por defecto, el de los datos de ejemplo."),
]


@app.command(name="open")
def open_case(
    title: Annotated[str | None, typer.Option(help="Título, en una línea.")] = None,
    description: Annotated[str | None, typer.Option(help="Qué ocurre.")] = None,
    analysis: Annotated[str | None, typer.Option(help="Qué analizó y probó su equipo.")] = None,
    priority: Annotated[int | None, typer.Option(min=1, max=4, help="Prioridad propuesta, de 1 a 4.")] = None,
    category: Annotated[str | None, typer.Option(help=f"Una de: {', '.join(Category)}.")] = None,
    channel: Annotated[str | None, typer.Option(help=f"Uno de: {', '.join(Channel)}.")] = None,
    contact: Annotated[str | None, typer.Option(help="Id del contacto que lo pide.")] = None,
    solution: Annotated[str | None, typer.Option(help="Id de la solución.")] = None,
    url: _Url = None,
    token: _Token = None,
) -> None:
    """Abre un caso por la API; lo que no se indica es de ejemplo."""
    from rich.console import Console

    from cli import terminal

    given = {
        "title": title,
        "description": description,
        "prior_analysis": analysis,
        "proposed_priority": priority,
        "category": category,
        "channel": channel,
        "contact_id": contact,
        "solution_id": solution,
    }
    where = terminal.entrance(settings(), url=url, token=token, as_whom="contacto")
    terminal.open_case(where, {name: value for name, value in given.items() if value is not None}, Console())


@app.command()
def show(number: str, url: _Url = None, token: _Token = None) -> None:
    """Muestra un caso: su estado, sus relojes, lo que sigue y su historia."""
    from rich.console import Console

    from cli import terminal

    where = terminal.entrance(settings(), url=url, token=token, as_whom="director")
    terminal.show_case(where, number, Console())


@app.command()
def tail(
    number: Annotated[str | None, typer.Argument(help="El caso; sin él, todos los abiertos.")] = None,
    url: _Url = None,
    token: _Token = None,
) -> None:
    """Sigue en vivo lo que ocurre en un caso, o en todos (Ctrl-C termina)."""
    from contextlib import suppress

    from rich.console import Console

    from cli import terminal

    where = terminal.entrance(settings(), url=url, token=token, as_whom="director")
    with suppress(KeyboardInterrupt):
        if number is None:
            terminal.follow_all(where, Console())
        else:
            terminal.follow_case(where, number, Console())


@app.command()
def amend(
    what: Annotated[
        list[str], typer.Option(help="Qué se enmienda: holidays (festivos) o matrix (tiempos); repetible.")
    ],
    case: Annotated[list[str] | None, typer.Option(help="Un caso; repetible.")] = None,
    all_open: Annotated[bool, typer.Option("--all-open", help="Todos los casos abiertos.")] = False,
    apply: Annotated[bool, typer.Option("--apply/--preview", help="Aplica, o solo muestra qué se movería.")] = False,
    reason: Annotated[str | None, typer.Option(help="Por qué; el cliente lo lee. Obligatorio con --apply.")] = None,
    url: _Url = None,
    token: _Token = None,
) -> None:
    """Aplica a casos abiertos los festivos o los tiempos actuales; antes, muestra qué vencimientos mueve."""
    from rich.console import Console

    from cli import terminal

    if bool(case) is all_open:
        raise console.Stopped(console.SOME_OR_ALL)
    if apply and not (reason or "").strip():
        raise console.Stopped(console.NO_REASON)
    where = terminal.entrance(settings(), url=url, token=token, as_whom="director")
    terminal.amend(where, what, case or None, reason if apply else None, Console())


@app.command()
def doctor() -> None:
    """Revisa que todo lo que Escala necesita esté en orden."""
    from cli.doctor import examine

    if not asyncio.run(examine(settings())):
        raise typer.Exit(1)
