"""`store.yml` is written whole or not at all, by one writer, and never over what another one wrote."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import codecs
import errno
import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.module_utils import _store_yml_file
from ansible_collections.msexchange.transport_tls.plugins.module_utils._store_yml_file import (
    StoreYmlError,
    digest_of,
    write_store_yml,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import make_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

ONE = make_certificate("CN=EX01")
OLD = f"# mine\n{ONE.thumbprint}: {{}}\n"
NEW = OLD.replace("{}", "{services: [SMTP]}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_store(tmp_path / "ex01", [Entry("one", ONE)])
    (tmp_path / "ex01" / "store.yml").write_text(OLD)
    return tmp_path / "ex01"


def change(old: str | None = OLD, new: str = NEW, **fields: Any) -> dict[str, Any]:
    return {"thumbprint": ONE.thumbprint, "has_key": True, "digest": digest_of(old), "text": new, **fields}


def refusal(folder: Path, *, check_mode: bool = False, password: str | None = None, **fields: Any) -> str:
    """What is said; nothing is written and nothing left behind."""
    before = contents(folder)
    with pytest.raises(StoreYmlError) as caught:
        write_store_yml(str(folder), password, {**change(), **fields}, check_mode=check_mode)
    assert contents(folder) == before
    assert not caught.value.written
    return str(caught.value)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}


def test_the_new_text_takes_the_place_of_the_old_one(folder: Path) -> None:
    others = {name: data for name, data in contents(folder).items() if name != "store.yml"}
    write_store_yml(str(folder), None, change())
    assert contents(folder) == {**others, "store.yml": NEW.encode()}


def test_check_mode_writes_nothing(folder: Path) -> None:
    before = contents(folder)
    write_store_yml(str(folder), None, change(), check_mode=True)
    assert contents(folder) == before


def test_mode_and_owner_are_kept(folder: Path) -> None:
    file = folder / "store.yml"
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, 12, 34)
    before = file.stat()
    write_store_yml(str(folder), None, change())
    after = file.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino


def test_a_byte_order_mark_stays(folder: Path) -> None:
    (folder / "store.yml").write_bytes(codecs.BOM_UTF8 + OLD.encode())
    write_store_yml(str(folder), None, change())
    assert (folder / "store.yml").read_bytes() == codecs.BOM_UTF8 + NEW.encode()


def test_a_file_that_was_not_there_is_made(folder: Path) -> None:
    (folder / "store.yml").unlink()
    write_store_yml(str(folder), None, change(None))
    assert (folder / "store.yml").read_text() == NEW
    assert os.access(folder / "store.yml", os.R_OK)


def test_a_link_stays_one_and_what_it_points_to_is_written(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (folder / "store.yml").rename(tmp_path / "real" / "listing.yml")
    (folder / "store.yml").symlink_to(tmp_path / "real" / "listing.yml")
    write_store_yml(str(folder), None, change())
    assert (folder / "store.yml").is_symlink()
    assert (tmp_path / "real" / "listing.yml").read_text() == NEW


@pytest.mark.parametrize("text", [OLD + "# theirs\n", "", None], ids=["other", "empty", "gone"])
@pytest.mark.parametrize("check_mode", [False, True])
def test_another_writer_is_not_overwritten(folder: Path, text: str | None, check_mode: bool) -> None:
    file = folder / "store.yml"
    file.unlink() if text is None else file.write_text(text)
    told = refusal(folder, check_mode=check_mode)
    assert f"another writer has changed {file} since it was read; nothing was written" in told


def test_a_file_that_came_in_between_is_another_writers(folder: Path) -> None:
    assert "another writer" in refusal(folder, digest=None)


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_certificate_that_has_gone_in_between_is_told(folder: Path, check_mode: bool) -> None:
    (folder / "one.pem").unlink()
    assert f"the certificate {ONE.thumbprint} has gone" in refusal(folder, check_mode=check_mode)


def test_a_private_key_that_has_gone_in_between_is_told(folder: Path) -> None:
    (folder / "one.key").unlink()
    assert f"the private key of {ONE.thumbprint} has gone" in refusal(folder)
    write_store_yml(str(folder), None, change(has_key=False))


def test_a_folder_that_has_gone_is_told(tmp_path: Path) -> None:
    assert "cannot be written: no such file or directory" in refusal(tmp_path / "gone")


def test_a_store_yml_that_is_no_file_is_told(folder: Path) -> None:
    (folder / "store.yml").unlink()
    (folder / "store.yml").mkdir()
    with pytest.raises(StoreYmlError, match=r"is a directory.*nothing was written"):
        write_store_yml(str(folder), None, change())


def test_of_two_runs_at_once_one_is_told_of_the_other(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        assert f"another run is changing {folder} at this moment" in refusal(folder)
        write_store_yml(str(folder), None, change(), check_mode=True)
    finally:
        os.close(descriptor)
    write_store_yml(str(folder), None, change())


def test_of_many_runs_at_once_one_wins(folder: Path) -> None:
    texts = [OLD + f"# run {number}\n" for number in range(8)]
    told: dict[str, str | None] = {}
    together = threading.Barrier(len(texts))

    def run(text: str) -> None:
        together.wait()
        try:
            write_store_yml(str(folder), None, change(new=text))
            told[text] = None
        except StoreYmlError as error:
            told[text] = str(error)

    threads = [threading.Thread(target=run, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [text for text in texts if told[text] is None]
    assert (folder / "store.yml").read_text() == winner
    assert all("another" in problem for problem in told.values() if problem)
    assert sorted(contents(folder)) == ["one.key", "one.pem", "store.yml"]


def test_a_file_system_that_cannot_lock_a_folder_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_locks(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr(_store_yml_file.fcntl, "flock", without_locks)
    assert "cannot be locked against other writers: bad file descriptor" in refusal(folder)


FULL = """
import resource, sys
from ansible_collections.msexchange.transport_tls.plugins.module_utils._store_yml_file import *
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
text = sys.stdin.read()
change = {"thumbprint": sys.argv[2], "has_key": True, "digest": digest_of(text), "text": text + "# " + "x" * 2000}
try:
    write_store_yml(sys.argv[1], None, change)
except StoreYmlError as error:
    print(error, error.written)
"""


def test_where_a_file_can_be_no_larger_the_old_one_stays_whole(folder: Path) -> None:
    before = contents(folder)
    command = [sys.executable, "-c", FULL, str(folder), ONE.thumbprint]
    # ansible-test's own loader of collections is not handed on.
    collections = {**os.environ, "PYTHONPATH": str(Path(_store_yml_file.__file__).parents[5])}
    ran = subprocess.run(command, env=collections, input=OLD, capture_output=True, text=True, check=True)
    assert "store.yml cannot be written: file too large; the old one is as it was" in ran.stdout
    assert ran.stdout.endswith(" False\n")
    assert contents(folder) == before


def fails_with(number: int) -> Callable[..., Any]:
    def failing(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    return failing


@pytest.mark.parametrize(
    ("step", "number"),
    [("write", errno.ENOSPC), ("fsync", errno.EIO), ("replace", errno.EROFS), ("open", errno.EACCES)],
)
def test_whatever_fails_before_the_last_step_the_old_one_stays_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int
) -> None:
    monkeypatch.setattr(_store_yml_file.os, step, fails_with(number))
    with pytest.raises(StoreYmlError) as caught:
        write_store_yml(str(folder), None, change())
    monkeypatch.undo()
    assert f"cannot be written: {os.strerror(number).lower()}; the old one is as it was" in str(caught.value)
    assert not caught.value.written
    assert (folder / "store.yml").read_text() == OLD
    assert sorted(contents(folder)) == ["one.key", "one.pem", "store.yml"]


def test_a_disk_that_does_not_confirm_the_new_name_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = os.fsync, []

    def failing_the_second_time(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.EIO, "Input/output error")
        real(descriptor)

    monkeypatch.setattr(_store_yml_file.os, "fsync", failing_the_second_time)
    with pytest.raises(StoreYmlError, match="is written, but the disk does not confirm it") as caught:
        write_store_yml(str(folder), None, change())
    assert caught.value.written


def test_a_file_system_that_keeps_no_names_of_folders_is_fine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = os.fsync, []

    def of_files_alone(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.EINVAL, "Invalid argument")
        real(descriptor)

    monkeypatch.setattr(_store_yml_file.os, "fsync", of_files_alone)
    write_store_yml(str(folder), None, change())
    assert (folder / "store.yml").read_text() == NEW


def test_a_writer_right_behind_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.replace

    def followed(new: str, file: str) -> None:
        real(new, file)
        Path(file).write_text("theirs: {}\n")

    monkeypatch.setattr(_store_yml_file.os, "replace", followed)
    with pytest.raises(StoreYmlError, match="right after it was written") as caught:
        write_store_yml(str(folder), None, change())
    assert caught.value.written


def test_a_file_that_has_gone_right_behind_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.replace

    def followed(new: str, file: str) -> None:
        real(new, file)
        os.unlink(file)

    monkeypatch.setattr(_store_yml_file.os, "replace", followed)
    with pytest.raises(StoreYmlError, match="is written, and now cannot be opened") as caught:
        write_store_yml(str(folder), None, change())
    assert caught.value.written


def test_an_owner_that_cannot_be_kept_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fstat

    def of_somebody_else(descriptor: int) -> os.stat_result:
        values = list(real(descriptor))
        values[4] += 1
        return os.stat_result(values)

    monkeypatch.setattr(_store_yml_file.os, "fstat", of_somebody_else)
    monkeypatch.setattr(_store_yml_file.os, "fchown", fails_with(errno.EPERM))
    assert "this user cannot write a file that does; become its owner" in refusal(folder)


def test_a_folder_that_may_not_be_written_to_is_seen_in_check_mode(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_store_yml_file.os, "access", lambda _path, _mode: False)
    assert "cannot be written to by this user, or is read-only" in refusal(folder, check_mode=True)


def test_the_digest_is_that_of_the_text_without_a_mark() -> None:
    assert digest_of(None) is None
    assert digest_of("") != digest_of("\n")
