"""A real Dovecot for the tests: on loopback, in a folder of its own, ended by its process id."""

import base64
import getpass
import hashlib
import hmac
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

PASSWORD = "secret"
_SEAL = b"what access tokens are signed with in these tests"
_BOUND = 20
"""Seconds within which it has to answer."""

# Without chroot it also runs for a user who is not root; without penalty nobody waits after a wrong login.
_CONFIGURATION = """\
base_dir = {home}/run
log_path = {home}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{home}/tls.pem
ssl_key = <{home}/tls.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0 secs
first_valid_uid = 1
mail_location = maildir:{home}/mail/%u
mail_uid = {user}
mail_gid = {group}
mailbox_idle_check_interval = 1 secs
{as_user}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf.ext
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/home/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {encrypted}
    ssl = yes
  }}
  service_count = 0
  chroot =
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
namespace inbox {{
  inbox = yes
}}
"""
_OAUTH = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={home}/keys/
username_attribute = sub
"""


class Dovecot:
    """Whoever logs in with PASSWORD, or with a token of theirs, has a mailbox.

    plain, encrypted: its ports; both on 127.0.0.1, which its certificate names too."""

    def __init__(self, home: Path, certificate: str) -> None:
        self.plain, self.encrypted = _free_port(), _free_port()
        self.certificate = home / "tls.pem"
        self.certificate.write_text(certificate)
        self._home = home
        self._write()

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["dovecot", "-F", "-c", str(self._home / "dovecot.conf")], stderr=subprocess.DEVNULL
        )
        for _ in range(_BOUND * 50):
            if _answers(self.encrypted):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        log = self._home / "dovecot.log"
        raise AssertionError(f"Dovecot does not start: {log.read_text() if log.exists() else ''}")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(_BOUND)

    def token(self, user: str, *, lives: float = 600) -> str:
        """An access token for that user; with a negative life one that has ended."""
        now = int(time.time())
        facts = {"sub": user, "iss": "test", "iat": now - 3600, "nbf": now - 3600, "exp": int(now + lives)}
        head = f"{_encoded({'alg': 'HS256', 'typ': 'JWT'})}.{_encoded(facts)}"
        seal = hmac.new(_SEAL, head.encode(), hashlib.sha256).digest()
        return f"{head}.{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"

    def _write(self) -> None:
        home = self._home
        user, group, as_user = _who(home)
        for folder in ("run", "mail", "home", "keys/default/HS256"):
            (home / folder).mkdir(parents=True)
        (home / "keys/default/HS256/default").write_bytes(base64.b64encode(_SEAL))
        (home / "oauth2.conf.ext").write_text(_OAUTH.format(home=home))
        words = {"plain": self.plain, "encrypted": self.encrypted, "password": PASSWORD, "as_user": as_user}
        text = _CONFIGURATION.format(home=home, user=user, group=group, **words)
        (home / "dovecot.conf").write_text(text)
        if os.getuid() == 0:
            for folder in (home / "mail", home / "home"):
                shutil.chown(folder, user, group)


@contextmanager
def dovecot(certificate: str) -> Iterator[Dovecot]:
    """One that runs until the end."""
    with ExitStack() as ends:
        # Not in pytest's own folder, which other users may not enter.
        home = Path(ends.enter_context(TemporaryDirectory(prefix="dovecot-", ignore_cleanup_errors=True)))
        home.chmod(0o755)
        server = Dovecot(home, certificate)
        server.start()
        ends.callback(server.stop)
        yield server


def why_not() -> str:
    """Why there is no Dovecot for the tests here; empty where there is one."""
    if shutil.which("dovecot") is None:
        return "no dovecot on the PATH"
    said = subprocess.run(["dovecot", "--version"], capture_output=True, text=True, check=True).stdout
    return "" if said.startswith("2.3.") else f"Dovecot {said.split()[0]} reads another kind of configuration"


def _who(home: Path) -> tuple[str, str, str]:
    """Whose the mails are, and what is to be said where Dovecot cannot become its usual users."""
    if os.getuid() == 0:
        return "mail", "mail", ""
    import grp

    user, group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
    names = f"default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}"
    return user, group, names


def _encoded(facts: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(facts).encode()).decode().rstrip("=")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
