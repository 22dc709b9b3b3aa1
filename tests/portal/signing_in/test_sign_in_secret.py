"""The secret that forms are signed and second factors encrypted with."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from desk.signing_in.keys import Keys
from settings import Settings


def test_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path / "state")
    sealed = Keys.of(settings).sealed("JBSWY3DP")
    assert Keys.of(settings).opened(sealed) == "JBSWY3DP"
    assert stat.S_IMODE(settings.secret_file.stat().st_mode) == 0o600
    assert [file.name for file in settings.state_dir.iterdir()] == [settings.secret_file.name]


def test_is_the_same_for_all_that_start_at_once(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)
    Keys.of(settings)
    with ThreadPoolExecutor(4) as threads:
        signatures = {keys.signature("form", "x") for keys in threads.map(Keys.of, [settings] * 8)}
    assert len(signatures) == 1


def test_of_another_opens_nothing_and_signs_nothing() -> None:
    one, other = Keys("a" * 32), Keys("b" * 32)
    assert other.opened(one.sealed("JBSWY3DP")) is None
    assert one.opened("no es nada") is None
    assert not other.is_stamp(one.stamp("ana"), "ana")


def test_of_one_purpose_serves_no_other() -> None:
    keys = Keys("a" * 32)
    assert not keys.is_signed("form", "x", keys.signature("browser", "x"))
    assert not keys.is_stamp(keys.signature("stamp", "ana"), "ana")
