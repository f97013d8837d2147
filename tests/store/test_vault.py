from __future__ import annotations

import hashlib
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.errors import InputError, IntegrityError, NotFound, StorageError
from crosstie.store.vault import Vault


@settings(max_examples=25, deadline=None)
@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_what_is_put_is_kept_once_under_its_hash(contents: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault(Path(folder) / "vault")
        for number, content in enumerate(contents):
            original = Path(folder) / f"{number}.bin"
            original.write_bytes(content)
            kept = vault.put(original)
            assert kept.sha256 == hashlib.sha256(content).hexdigest()
            assert kept.bytes == len(content)
            assert kept.path.read_bytes() == content
            assert kept.new == (content not in contents[:number])
        assert sum(path.is_file() for path in vault.root.rglob("*")) == len(set(contents))
        assert not list(vault.verify())


def test_an_original_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("ink")
    kept = Vault(tmp_path / "vault").put(tmp_path / "a")
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o444


def test_verify_names_what_was_changed_and_what_does_not_belong(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    assert not list(vault.verify())
    (tmp_path / "a").write_text("ink")
    kept = vault.put(tmp_path / "a")
    kept.path.chmod(0o644)
    kept.path.write_text("INK")
    (vault.root / "notes.txt").write_text("mine")
    problems = {problem.where: problem.detail for problem in vault.verify()}
    assert set(problems) == {str(kept.path), str(vault.root / "notes.txt")}
    kept.path.write_text("longer than before")
    with pytest.raises(IntegrityError, match="not what its name says"):
        vault.put(tmp_path / "a")


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    with pytest.raises(NotFound, match="no such file"):
        vault.put(tmp_path / "nowhere")
    with pytest.raises(InputError, match="cannot be read"):
        vault.put(tmp_path)


def test_a_full_disk_leaves_the_vault_as_it_was(small_disk: Path, tmp_path: Path) -> None:
    vault = Vault(small_disk / "vault")
    (tmp_path / "big").write_bytes(bytes(2 << 20))
    (tmp_path / "small").write_text("fits")
    vault.put(tmp_path / "small")
    with pytest.raises(StorageError, match="no space left") as raised:
        vault.put(tmp_path / "big")
    assert "Free some space" in (raised.value.hint or "")
    assert sum(path.is_file() for path in vault.root.rglob("*")) == 1
    assert not list(vault.verify())
    (tmp_path / "small").write_text("fits too")
    assert vault.put(tmp_path / "small").new


def test_a_read_only_vault_says_so(small_disk: Path, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("ink")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StorageError, match="read-only"):
        Vault(small_disk / "vault").put(tmp_path / "a")
