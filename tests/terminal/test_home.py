"""A home belongs to its owner and to one program at a time, and enrolment survives whatever cuts it short."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from scanner_client.clock import new_epoch
from scanner_client.enrolment import OtherLedger, OtherTerminal, enrol
from scanner_client.home import Config, Home, HomeBusy, HomeError, NotEnrolled
from scanner_client.keys import new_key, read_key
from scanner_client.store import TerminalStore
from scanner_client.store.identity import Sources
from server_stub.keys import LedgerKey
from sync.faults import Unreachable
from sync.wire.service import Certificate, EnrollReply, EnrollRequest, enrollment_statement

URL = "http://ledger.example:8460"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


Forge = Callable[[Certificate], Certificate]
LEDGER_KEY, OTHER_KEY = LedgerKey(Ed25519PrivateKey.generate()), LedgerKey(Ed25519PrivateKey.generate())


class Registrar:
    """Answers enrolments as a ledger does; `lost` answers are given and never arrive, `forge` changes certificates."""

    def __init__(
        self, terminal: str = "T1", lost: int = 0, key: LedgerKey = LEDGER_KEY, forge: Forge = lambda made: made
    ) -> None:
        self.terminal = terminal
        self.key = key
        self.forge = forge
        self.lost = lost
        self.requests: list[EnrollRequest] = []

    def __call__(self, request: EnrollRequest) -> EnrollReply:
        self.requests.append(request)
        if len(self.requests) <= self.lost:
            raise Unreachable("lost")
        certificate = Certificate(
            ledger_id="ledger-1",
            terminal=self.terminal,
            site="A",
            public_key=request.public_key,
            issued="2026-11-02T08:00:00Z",
            ledger_key="",
        )
        return EnrollReply(
            terminal=self.terminal,
            site="A",
            ledger_id="ledger-1",
            ledger_epoch="e",
            token=f"token {len(self.requests)}",
            certificate=self.forge(self.key.certify(certificate)),
            feeds=["global", "A"],
        )


@pytest.fixture
def empty(tmp_path: Path) -> Home:
    return Home(tmp_path / "new" / "home")


def enrolled(home: Home, registrar: Registrar, code: str = "7F3K9-M2QXA") -> Config:
    return enrol(home, URL, code, ask=registrar, new_epoch=new_epoch)


def test_an_enrolled_home_holds_store_key_token_and_settings_for_its_owner_alone(empty: Home) -> None:
    config = enrolled(empty, Registrar())
    assert config == empty.config() == Config(url=URL, ledger_id="ledger-1", terminal="T1", site="A")
    assert empty.read_token() == "token 1"
    assert mode(empty.path) == 0o700
    files = [empty.database, empty.key, empty.token, empty.config_file, empty.certificate]
    assert [oct(mode(file)) for file in files] == ["0o600"] * 5
    assert sorted(path.name for path in empty.path.iterdir()) == sorted(file.name for file in files)


def test_the_key_in_the_home_is_the_one_that_was_enrolled(empty: Home) -> None:
    registrar = Registrar()
    enrolled(empty, registrar)
    (request,) = registrar.requests
    key = read_key(empty.key)
    assert key.public == request.public_key
    assert key.sign(enrollment_statement(request)) == request.signature


def test_a_lost_answer_is_asked_for_again_with_the_same_key_and_nonce(empty: Home) -> None:
    registrar = Registrar(lost=1)
    with pytest.raises(Unreachable):
        enrolled(empty, registrar)
    with pytest.raises(NotEnrolled):
        empty.config()
    enrolled(empty, registrar)
    first, second = registrar.requests
    assert first == second


FORGED: dict[str, Forge] = {
    "not signed": lambda made: replace(made, signature=""),
    "signature of something else": lambda made: replace(made, issued="2026-11-03T08:00:00Z"),
    "another terminal's": lambda made: LEDGER_KEY.certify(replace(made, terminal="T2")),
    "another site's": lambda made: LEDGER_KEY.certify(replace(made, site="B")),
    "of another key": lambda made: LEDGER_KEY.certify(replace(made, public_key=OTHER_KEY.public)),
    "a key that is none": lambda made: replace(made, ledger_key="*"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_certificate_that_the_ledger_did_not_sign_for_this_key_enrols_nobody(empty: Home, name: str) -> None:
    with pytest.raises(HomeError, match="certificate is not for this terminal"):
        enrolled(empty, Registrar(forge=FORGED[name]))
    with pytest.raises(NotEnrolled):
        empty.config()
    assert not empty.database.exists()
    enrolled(empty, Registrar())


def test_a_terminal_knows_its_ledger_by_the_key_that_signed_before(empty: Home) -> None:
    enrolled(empty, Registrar())
    with pytest.raises(OtherLedger, match=r"remove .*certificate\.json and enrol again"):
        enrolled(empty, Registrar(key=OTHER_KEY), code="11111-22222")
    assert empty.read_token() == "token 1"
    empty.certificate.unlink()
    enrolled(empty, Registrar(key=OTHER_KEY), code="11111-22222")


def test_another_code_is_another_enrolment(empty: Home) -> None:
    registrar = Registrar(lost=1)
    with pytest.raises(Unreachable):
        enrolled(empty, registrar)
    enrolled(empty, registrar, code="11111-22222")
    first, second = registrar.requests
    assert first.public_key != second.public_key
    assert first.nonce != second.nonce


def test_a_home_is_not_given_to_another_terminal(empty: Home) -> None:
    enrolled(empty, Registrar("T1"))
    with pytest.raises(OtherTerminal, match="holds the work of terminal T1"):
        enrolled(empty, Registrar("T2"), code="11111-22222")
    assert empty.config().terminal == "T1"
    assert empty.read_token() == "token 1"


def test_a_terminal_enrolled_again_keeps_its_work_in_a_new_epoch(empty: Home, sources: Sources) -> None:
    """A lost key: the links signed with it are left behind, the operations are not."""
    enrolled(empty, Registrar())
    store = TerminalStore(empty.database, sources)
    with store.step() as tx:
        before = tx.head().epoch
    store.close()
    registrar = Registrar()
    enrolled(empty, registrar, code="11111-22222")
    with store.step() as tx:
        assert tx.head().epoch != before
    store.close()
    assert read_key(empty.key).public == registrar.requests[0].public_key


def test_a_second_program_is_told_who_holds_the_home(home: Home) -> None:
    script = (
        "import sys; from pathlib import Path; from scanner_client.home import Home\n"
        "with Home(Path(sys.argv[1])).locked('run'):\n"
        "    print('locked', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(home.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        with pytest.raises(HomeBusy, match=rf"`scanner run` \(process {holder.pid}\)"), home.locked("sync"):
            pass
        holder.kill()
    with home.locked("sync"):
        pass


BROKEN: dict[str, Callable[[Home], object]] = {
    "config.toml": lambda home: home.config(),
    "terminal.key": lambda home: read_key(home.key),
    "token": lambda home: home.read_token(),
    "certificate.json": lambda home: home.read_certificate(),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_with_its_cure(home: Home, name: str) -> None:
    (home.path / name).write_bytes(b"\xff\xfe = [")
    with pytest.raises(HomeError, match=rf"{name}.*(correct|enrol)"):
        BROKEN[name](home)


def test_settings_with_quotes_and_umlauts_come_back_as_they_were(empty: Home) -> None:
    empty.prepare()
    config = Config(url='http://"x"\\', ledger_id="Lager Köln", terminal="终端", site="A\tB", ca_file="/tmp/ca.pem")
    empty.write_config(config)
    assert empty.config() == config


def test_every_key_is_another_one() -> None:
    assert new_key().public != new_key().public
