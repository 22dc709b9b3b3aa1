"""A real IMAP server, Debian's dovecot, for one mailbox: by a password, or by access tokens that an endpoint knows."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from imap_tools import MailBoxUnencrypted

from tests.support.ports import free_port

PROGRAM = Path("/usr/sbin/dovecot")
USER, PASSWORD = "mesa", "secreta"

_CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain xoauth2
default_internal_user = {who}
default_internal_group = {group}
default_login_user = {who}
first_valid_uid = 1
mail_location = maildir:{folder}/mail
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service stats {{
  chroot =
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf.ext
}}
passdb {{
  driver = static
  mechanisms = plain
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={who} gid={group} home={folder}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """The server, and what a mail server of the customer's would do with it."""

    port: int

    @property
    def url(self) -> str:
        return f"imap://{USER}:{PASSWORD}@127.0.0.1:{self.port}/INBOX"

    async def receive(self, raw: bytes) -> None:
        """Let a message arrive in the mailbox."""
        await asyncio.to_thread(self._append, raw)

    def _append(self, raw: bytes) -> None:
        with MailBoxUnencrypted("127.0.0.1", self.port).login(USER, PASSWORD) as box:
            box.append(raw, "INBOX")


def is_here() -> bool:
    """Whether dovecot can be started: it changes whom its processes belong to."""
    return PROGRAM.exists() and os.geteuid() == 0


@contextlib.asynccontextmanager
async def dovecot(introspection: str = "http://127.0.0.1:9/") -> AsyncIterator[Dovecot]:
    """Serve one mailbox, from a folder whose name is short: its sockets' names may have 107 signs."""
    with tempfile.TemporaryDirectory(prefix="imap-", ignore_cleanup_errors=True) as folder:
        async with _dovecot(Path(folder), introspection) as server:
            yield server


def _lay_out(folder: Path) -> None:
    """Whose processes' folder it is."""
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    for each in (folder, folder / "mail"):
        shutil.chown(each, "nobody", "nogroup")


@contextlib.asynccontextmanager
async def _dovecot(folder: Path, introspection: str) -> AsyncIterator[Dovecot]:
    port = free_port()
    _lay_out(folder)
    (folder / "dovecot.conf").write_text(
        _CONFIGURATION.format(folder=folder, port=port, password=PASSWORD, who="nobody", group="nogroup")
    )
    (folder / "oauth2.conf.ext").write_text(
        f"introspection_url = {introspection}\nintrospection_mode = get\nusername_attribute = username\n"
        "active_attribute = active\nactive_value = true\nuse_grant_password = no\n"
    )
    server = await asyncio.create_subprocess_exec(PROGRAM, "-F", "-c", str(folder / "dovecot.conf"))
    try:
        async with asyncio.timeout(10):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                assert server.returncode is None, (folder / "dovecot.log").read_text()
                await asyncio.sleep(0.05)
        yield Dovecot(port)
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.send_signal(signal.SIGTERM)
        await server.wait()
