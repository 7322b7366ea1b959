"""A private Postfix on loopback, with a configuration, a queue and mailboxes of its own in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme

HOST = "127.0.31.7"
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_DAEMONS = "/usr/lib/postfix/sbin"

_SERVICES = (
    "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "rewrite unix - - n - - trivial-rewrite",
    "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce",
    "verify unix - - n - 1 verify", "flush unix n - n 1000? 0 flush", "proxymap unix - - n - - proxymap",
    "tlsmgr unix - - n 1000? 1 tlsmgr", "anvil unix - - n - 1 anvil", "virtual unix - n n - - virtual",
    "error unix - - n - - error", "retry unix - - n - - error", "smtp unix - - n - - smtp",
    "showq unix n - n - - showq", "postlog unix-dgram n - n - 1 postlogd",
)  # fmt: skip


@dataclass(frozen=True)
class Postfix:
    """Takes mail for anna and bert at post.example."""

    port: int
    ca_file: Path
    boxes: Path

    def mails(self, name: str) -> list[bytes]:
        return [path.read_bytes() for path in sorted((self.boxes / name / "new").glob("*"))]


def has_postfix() -> bool:
    return shutil.which("postfix", path=_PATH) is not None and os.geteuid() == 0


@contextmanager
def running_postfix() -> Iterator[Postfix]:
    owner = pwd.getpwnam("postfix")
    with TemporaryDirectory(prefix="postfix-") as name:
        base = Path(name)
        base.chmod(0o755)
        for folder in ("config", "queue", "data", "boxes"):
            (base / folder).mkdir(mode=0o755)
        for folder in ("data", "boxes"):
            os.chown(base / folder, owner.pw_uid, owner.pw_gid)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(base / "ca.pem")
        authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(base / "config" / "server.pem")
        with socket.socket() as free:
            free.bind((HOST, 0))
            port = free.getsockname()[1]
        _write_config(base, port, owner)
        command = ["postfix", "-c", str(base / "config")]
        environment = {**os.environ, "PATH": _PATH}
        subprocess.run([*command, "start"], env=environment, check=True, capture_output=True, timeout=60)
        try:
            yield Postfix(port=port, ca_file=base / "ca.pem", boxes=base / "boxes")
        finally:
            subprocess.run([*command, "stop"], env=environment, check=False, capture_output=True, timeout=60)


def _write_config(base: Path, port: int, owner: pwd.struct_passwd) -> None:
    config = base / "config"
    (config / "boxes").write_text("anna@post.example anna/\nbert@post.example bert/\n")
    settings = {
        "compatibility_level": "3.6", "queue_directory": base / "queue", "data_directory": base / "data",
        "daemon_directory": _DAEMONS, "command_directory": "/usr/sbin", "mail_owner": "postfix",
        "myhostname": "mx.post.example", "inet_interfaces": "loopback-only", "inet_protocols": "ipv4", "mydestination": "",
        "mynetworks": "127.0.0.0/8", "alias_maps": "", "local_recipient_maps": "", "smtpd_tls_security_level": "encrypt",
        "smtpd_tls_chain_files": config / "server.pem", "virtual_mailbox_domains": "post.example",
        "virtual_mailbox_base": base / "boxes", "virtual_mailbox_maps": f"texthash:{config / 'boxes'}",
        "virtual_uid_maps": f"static:{owner.pw_uid}", "virtual_gid_maps": f"static:{owner.pw_gid}",
        "virtual_minimum_uid": "1", "smtputf8_enable": "yes", "maillog_file_prefixes": base, "maillog_file": base / "log",
        "smtpd_relay_restrictions": "reject_unauth_destination",
    }  # fmt: skip
    (config / "main.cf").write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
    (config / "master.cf").write_text("\n".join([f"{HOST}:{port} inet n - n - - smtpd", *_SERVICES, ""]))
