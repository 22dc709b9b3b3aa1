"""The settings: each is named, explained and checked here; the policy's numbers live in its own file.

Each is an environment variable: `ESCALA_` and the field's name in capitals.
"""

import os
from base64 import b64decode
from functools import lru_cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from policy.people.secret_strength import is_guessable
from wording import console

_STATUS_PAGES = {
    "google_cloud_status_url": "https://status.cloud.google.com/incidents.json",
    "google_maps_status_url": "https://status.cloud.google.com/maps-platform/incidents.json",
}
"""The pages asked in production; the embedded profile asks nobody outside its machine unless it is told to."""


_FROM_FILES = (
    "secret_key", "database_url", "smtp_url", "oidc_client_secret", "temporal_api_key", "imap_url",
    "mail_oauth_client_secret", "mail_oauth_refresh_token", "telephone_secret",
)  # fmt: skip
"""What may stand in a file that `ESCALA_…_FILE` names: an environment is easily shown."""


class Settings(BaseSettings):
    """What one installation of Escala decides for itself."""

    model_config = SettingsConfigDict(env_prefix="ESCALA_", frozen=True, env_ignore_empty=True)

    profile: Literal["embedded", "production"] = "embedded"
    """`embedded`: SQLite and a Temporal server of our own, on one machine. `production`: PostgreSQL and a given one."""

    state_dir: Path = Path(".escala")
    """Where the embedded profile keeps everything that outlives a restart: databases, mail, logs."""

    files_dir: Path | None = None
    """Where the files that people send are kept; every API process needs the same one. Empty: in the state folder."""

    policy_file: Path | None = None
    """A policy file that replaces the built-in one for cases opened from now on (PLAN-15)."""

    # -- storage
    database_url: str = Field(default="", repr=False)
    """SQLAlchemy's address of the database; empty means SQLite in the state folder (embedded profile only)."""

    # -- Temporal
    temporal_address: str = "127.0.0.1:7233"
    """host:port of Temporal's front end."""

    temporal_api_key: SecretStr | None = None
    """The key that a Temporal elsewhere gave; how to reach it by TLS, Temporal's own variables say (TEMPORAL_TLS_…)."""

    temporal_namespace: str = "default"
    """The Temporal namespace that holds the cases."""

    temporal_ui_url: str = "http://127.0.0.1:8233"
    """Where operators open Temporal's own pages."""

    task_queue: str = "escala"
    """The queue that joins the API's commands and the worker."""

    engine_timeout: float = Field(default=5.0, gt=0)
    """Seconds that an API request waits for Temporal before it answers 503 (or 202 for a command under way)."""

    sticky_queue_timeout: float = Field(default=1.5, gt=0)
    """Seconds that a case waits for a worker that died before another one takes it."""

    cached_cases: int | None = Field(default=None, ge=10)
    """Waiting cases that a worker keeps in memory; none: as many as fit into the container, or into a quarter of the
    machine."""

    retention_days: int = Field(default=3650, ge=1)
    """Days that Temporal keeps the history of a closed case."""

    # -- the HTTP edge
    api_host: str = "127.0.0.1"
    """The address the API listens on."""

    api_port: int = Field(default=8000, ge=0, le=65535)
    """The port the API listens on."""

    public_url: str = ""
    """The address that people open and notices give; empty means the API's own. Production: https://, and required."""

    # -- signing in
    secret_key: SecretStr | None = None
    """What forms are signed and second factors encrypted with, 32 random signs or more. Embedded: made once."""

    session_hours: int = Field(default=12, ge=1, le=24 * 30)
    """Hours after which a session ends, used or not."""

    session_idle_minutes: int = Field(default=120, ge=5, le=24 * 60)
    """Minutes without a visit after which a session ends."""

    token_days: int = Field(default=90, ge=1, le=3650)
    """Days for which a new access token is valid, where nobody asks for another number."""

    token_warn_days: int = Field(default=14, ge=1, le=365)
    """Days before a token expires from which its holder is told, by mail and at the page of users."""

    staff_need_second_factor: bool = False
    """Whether agents, directors and staff have to set up a second factor before anything else. Production: true."""

    trusted_proxies: str = ""
    """Addresses or networks (10.0.0.0/8), by comma, of the proxies whose X-Forwarded-For and -Proto are believed."""

    oidc_issuer: str = ""
    """The https:// address of an OpenID Connect provider whose people may sign in here; empty: passwords only."""

    oidc_client_id: str = ""
    """What that provider calls this installation."""

    oidc_client_secret: SecretStr | None = None
    """The secret that it gave for it."""

    oidc_name: str = "OpenID"
    """What the button of the sign-in page calls the provider."""

    # -- mail
    smtp_url: SecretStr | None = None
    """smtp://user:password@host:port, smtps://… or smtp+starttls://…; none: each notice is a file in `mail_dir`."""

    mail_from: str = "Mesa de Ayuda <mesa.de.ayuda@escala.example>"
    """The sender of every notice."""

    # -- mail that comes in
    support_address: str = "mesa@escala.example"
    """The address that customers write to; each case answers under it with a token of its own (mesa+token@…)."""

    authserv_id: str = ""
    """Our mail server's name in Authentication-Results: what it says there is believed. Embedded: mx.escala.example."""

    intake_smtp_port: int = Field(default=0, ge=0, le=65535)
    """Where the worker takes mail by SMTP, on 127.0.0.1 alone; 0: nowhere. Embedded: 2525."""

    imap_url: SecretStr | None = None
    """imaps://user:password@host/FOLDER, a mailbox that the worker reads; imap+starttls:// where TLS begins later."""

    imap_look_every: int = Field(default=60, ge=1, le=1_500)
    """Seconds between two looks into that mailbox, where its server does not tell by itself (IDLE)."""

    mail_raw_days: int = Field(default=730, ge=1)
    """Days for which a message's bytes are kept after it was done with; what was read of it stays."""

    mail_oauth_token_url: str = ""
    """Where access tokens for the mailbox and for SMTP are asked for (XOAUTH2), instead of their passwords."""

    mail_oauth_client_id: str = ""
    """What that server calls this installation."""

    mail_oauth_client_secret: SecretStr | None = None
    """The secret that it gave for it."""

    mail_oauth_scope: str = ""
    """What is asked for there, as https://outlook.office365.com/.default."""

    mail_oauth_refresh_token: SecretStr | None = None
    """The refresh token of the mailbox's owner, where the server gives tokens by one; none: client credentials."""

    level_1_mailbox: str = "nivel1@escala.example"
    """Help Desk's queue (ESC-1)."""

    level_2_mailbox: str = "nivel2@escala.example"
    """The Specialist Engineers Group's queue (ESC-2)."""

    level_3_mailbox: str = "direccion@escala.example"
    """The Director of Technology and Operations (ESC-3)."""

    commercial_mailbox: str = "comercial@escala.example"
    """Who is told of held cases and of cover that ends (WAR-3, WAR-5)."""

    # -- budgets: how often one may ask for what costs work; what was asked before under the same key is free
    openings_per_contact: int = Field(default=30, ge=1)
    """Cases that one contact may open in an hour."""

    openings_per_customer: int = Field(default=120, ge=1)
    """Cases that one customer's contacts may open together in an hour."""

    openings_per_token: int = Field(default=1_200, ge=1)
    """Cases that may be opened with one token, or in one session, in an hour."""

    commands_per_contact: int = Field(default=120, ge=1)
    """Requests that change something (answers, ratings, openings, ...) that one contact may make in a minute."""

    commands_per_customer: int = Field(default=480, ge=1)
    """The same, of one customer's contacts together."""

    commands_per_token: int = Field(default=1_200, ge=1)
    """The same, with one token or in one session."""

    files_per_contact: int = Field(default=120, ge=1)
    """Files that one contact may send in an hour."""

    files_per_customer: int = Field(default=480, ge=1)
    """Files that one customer's contacts may send together in an hour."""

    files_per_token: int = Field(default=1_200, ge=1)
    """Files that may be sent with one token, or in one session, in an hour."""

    forms_per_session: int = Field(default=900, ge=1)
    """Forms of any kind that one session may send in a minute: drafts and what an open page says by itself too."""

    exports_per_token: int = Field(default=60, ge=1)
    """Lists that may be taken out as files in one session, in an hour."""

    # -- what may be under way at once, before it is known what it is
    arriving_requests_per_caller: int = Field(default=4, ge=1)
    """Requests with files that one person may have under way at once."""

    arriving_megabytes_per_caller: int = Field(default=150, ge=126)
    """Megabytes of files that one person may have under way at once; a request may bring 126."""

    arriving_megabytes: int = Field(default=500, ge=126)
    """Megabytes of files that everybody together may have under way in one process: what TMPDIR has to hold."""

    waits_within: float = Field(default=8, gt=0)
    """Seconds that a request waits for the database, all its waits together, before it answers 503."""

    headers_within: float = Field(default=10, gt=0)
    """Seconds in which a request's headers have to come; then its connection is closed."""

    body_within: float = Field(default=30, gt=0)
    """Seconds in which a request's body has to come."""

    upload_within: float = Field(default=300, gt=0)
    """Seconds in which a body with files has to come."""

    most_connections: int = Field(default=2_000, ge=10)
    """Connections that one API process holds; more are closed at once. An open page holds one."""

    # -- providers
    google_cloud_status_url: str = Field(default="", repr=False)
    """Where Google Cloud publishes its incidents as JSON (SCOPE-6); `off`: nobody asks. Embedded: off by default."""

    google_maps_status_url: str = Field(default="", repr=False)
    """Where Google Maps Platform does."""

    provider_status_every: int = Field(default=120, ge=10)
    """Seconds between two looks at what providers publish."""

    # -- who is on duty
    page_minutes: int = Field(default=10, ge=1, le=240)
    """Minutes that whoever is paged has to acknowledge, before the next one is paged (ESC-17)."""

    # -- webhooks
    webhook_networks: str = ""
    """Networks (10.1.0.0/16) inside the house, by comma, that webhooks may lead to beside the open Internet."""

    # -- the telephone
    telephone_secret: SecretStr | None = None
    """What the telephone system (PBX) signs its events with (whsec_…); two, by a blank, while it is changed."""

    telephone_events: int = Field(default=600, ge=1)
    """Events that the telephone system may send in a minute."""

    # -- metrics
    worker_metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """Where the worker serves Prometheus metrics; none: it serves none. The API's are at /api/v1/metrics."""

    worker_metrics_host: str = "127.0.0.1"
    """The address those metrics listen on."""

    @property
    def mail_dir(self) -> Path:
        """Where notices land as .eml files when there is no SMTP server."""
        return self.state_dir / "mail"

    @property
    def files_folder(self) -> Path:
        """Where the bytes of files lie, under names that say nothing."""
        return self.files_dir or self.state_dir / "files"

    @property
    def secret_file(self) -> Path:
        """Where the embedded profile keeps the secret key that it made."""
        return self.state_dir / "secret.key"

    @property
    def log_dir(self) -> Path:
        """Where `escala up` keeps what its processes say."""
        return self.state_dir / "log"

    @property
    def temporal_db(self) -> Path:
        """The embedded Temporal server's database."""
        return self.state_dir / "temporal.db"

    @property
    def telephone_secrets(self) -> tuple[str, ...]:
        """The secrets of which one has signed what the telephone system sends."""
        return tuple(self.telephone_secret.get_secret_value().split()) if self.telephone_secret else ()

    @property
    def provider_feeds(self) -> dict[str, str]:
        """The addresses of the providers' feeds that are asked, by the feed's name."""
        known = {"google-cloud": self.google_cloud_status_url, "google-maps-platform": self.google_maps_status_url}
        return {name: address for name, address in known.items() if address}

    def environment(self) -> dict[str, str]:
        """What a child process needs to find the same settings, beyond the environment that it inherits."""
        told = ("state_dir", "temporal_address", "temporal_ui_url", "api_port", "public_url", "intake_smtp_port")
        return {f"ESCALA_{name.upper()}": str(getattr(self, name)) for name in told}

    @model_validator(mode="before")
    @classmethod
    def _derive(cls, given: dict[str, object]) -> dict[str, object]:
        """Fill in what follows from other settings, so that every reader finds a whole value."""
        for name in _FROM_FILES:
            file = os.environ.get(f"ESCALA_{name.upper()}_FILE")
            if file and (secret := _read(file, name)):  # an empty one gives nothing, as an empty variable does
                given.setdefault(name, secret)
        state_dir = Path(str(given.get("state_dir") or cls.model_fields["state_dir"].default)).absolute()
        given["state_dir"] = state_dir
        if not given.get("database_url") and given.get("profile") != "production":
            given["database_url"] = f"sqlite+aiosqlite:///{state_dir / 'escala.db'}"
        if given.get("profile") == "production":
            given.setdefault("staff_need_second_factor", True)
        else:
            given.setdefault("authserv_id", "mx.escala.example")
            given.setdefault("intake_smtp_port", 2525)
            if not given.get("public_url"):
                host, port = given.get("api_host", "127.0.0.1"), given.get("api_port", 8000)
                given["public_url"] = f"http://{host}:{port}"
        for name, address in _STATUS_PAGES.items():
            # An empty variable means the default, so that "off" is a word.
            chosen = given.get(name, address if given.get("profile") == "production" else "")
            given[name] = "" if chosen == "off" else chosen
        return given

    @model_validator(mode="after")
    def _secret_is_nobodys_guess(self) -> Self:
        # Who needs none (the worker, the migrations) is given none: who signs asks for it (`desk/signing_in/keys.py`).
        secret = self.secret_key and self.secret_key.get_secret_value()
        if self.profile == "production" and secret and is_guessable(secret):
            raise PydanticCustomError("no_secret_key", console.NO_SECRET_KEY)
        return self

    @model_validator(mode="after")
    def _production_has_an_address(self) -> Self:
        if self.profile == "production" and not _is_public(self.public_url):
            raise PydanticCustomError("no_public_url", console.NO_PUBLIC_URL)
        return self

    @model_validator(mode="after")
    def _provider_of_identity_is_whole(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret and _is_private(self.oidc_issuer)):
            raise PydanticCustomError("no_oidc", console.OIDC_NOT_WHOLE)
        return self

    @model_validator(mode="after")
    def _proxies_are_addresses(self) -> Self:
        try:
            for each in filter(None, self.trusted_proxies.split(",")):
                ip_network(each.strip())
        except ValueError:
            raise PydanticCustomError("no_proxies", console.NO_PROXIES) from None
        return self

    @model_validator(mode="after")
    def _webhook_networks_are_networks(self) -> Self:
        try:
            for each in filter(None, self.webhook_networks.split(",")):
                ip_network(each.strip())
        except ValueError:
            raise PydanticCustomError("no_networks", console.NO_WEBHOOK_NETWORKS) from None
        return self

    @model_validator(mode="after")
    def _telephone_secrets_are_secrets(self) -> Self:
        if not all(_signs(each) for each in self.telephone_secrets):
            raise PydanticCustomError("no_telephone_secret", console.BAD_TELEPHONE)
        return self

    @property
    def public_url_is_private(self) -> bool:
        """Whether browsers keep a session there: over TLS, or on this very machine."""
        return _is_private(self.public_url)

    @model_validator(mode="after")
    def _status_pages_are_web_pages(self) -> Self:
        if not all(_is_web_page(address) for address in self.provider_feeds.values()):
            raise PydanticCustomError("no_status_page", console.NO_STATUS_PAGE)
        return self

    @model_validator(mode="after")
    def _database_fits_the_profile(self) -> Self:
        if not self.database_url:
            raise PydanticCustomError("no_database", console.NO_DATABASE_URL)
        if self.profile == "production" and self.database_url.startswith("sqlite"):
            raise PydanticCustomError("sqlite", console.SQLITE_IN_PRODUCTION)
        if not self.database_url.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
            raise PydanticCustomError("unknown_database", console.UNKNOWN_DATABASE)
        return self


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read from its environment once."""
    return read_settings()


def read_settings(**chosen: object) -> Settings:
    """The environment's settings, with what an option of the command line chose; one sentence where they are wrong."""
    try:
        return Settings(**chosen)  # type: ignore[arg-type]
    except ValidationError as error:
        raise console.Stopped(console.bad_settings([_reason(e["loc"], e["msg"]) for e in error.errors()])) from None


def _read(file: str, name: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise PydanticCustomError("no_file", console.SETTING_FILE_UNREADABLE.format(name=name.upper())) from None


def _signs(secret: str) -> bool:
    """Whether it is a secret in Standard Webhooks' form, of 24 bytes or more."""
    try:
        return secret.startswith("whsec_") and len(b64decode(secret.removeprefix("whsec_"), validate=True)) >= 24
    except ValueError:
        return False


def _is_web_page(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_private(address: str) -> bool:
    """Whether nobody on the way can listen: TLS, or this very machine."""
    if not _is_web_page(address):
        return False
    parts = urlsplit(address)
    host = parts.hostname or ""
    return parts.scheme == "https" or host == "localhost" or _is_loopback(host)


def _is_public(address: str) -> bool:
    """Whether others can open it, and nobody on the way listens."""
    if not _is_web_page(address):
        return False
    parts = urlsplit(address)
    host = parts.hostname or ""
    return (
        parts.scheme == "https" and host != "localhost" and not host.endswith(".localhost") and not _is_loopback(host)
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _reason(location: tuple[int | str, ...], message: str) -> str:
    return f"ESCALA_{str(location[0]).upper()}: {message}" if location else message
