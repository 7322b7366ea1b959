"""What a worker gives up before it reads foreign bytes, as far as the kernel allows: network, files, dangerous calls.

Three independent locks, none of which needs a privilege or a library, and none of which can be undone:

* ``network``: a network namespace of its own has no interface (unshare(2)). Forbidden where user namespaces are.
* ``files``: Landlock (Linux 5.13, landlock(7)). Only the interpreter, its libraries and its time zones can be read,
  nothing can be written; from Linux 6.7 on no TCP connection can be made either.
* ``calls``: a seccomp filter (seccomp(2)) refuses sockets, new programs and looking into other processes.

Each is tried; ``confine`` tells which hold, so that nobody is promised more than there is. The limits of memory, file
size and open files that the worker sets hold everywhere.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

import monitor

LOCKS = ("network", "files", "calls")

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000  # linux/sched.h

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2  # linux/prctl.h, linux/seccomp.h

# linux/landlock.h; the numbers of the three calls are the same on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_RULE_PATH_BENEATH = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_FS_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_NET_RIGHTS = 0b11  # bind and connect TCP, from version 4 on
_SCOPES = 0b11  # abstract unix sockets and signals, from version 6 on
_SYSTEM_PATHS = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo", "/dev/urandom")

# asm/unistd.h: socket connect bind sendto socketpair, execve execveat fork vfork, ptrace process_vm_readv/writev,
# io_uring_setup, mount, bpf, userfaultfd, keyctl, open_by_handle_at
_REFUSED = {
    "x86_64": (0xC000003E, (41, 42, 49, 44, 53, 59, 322, 57, 58, 101, 310, 311, 425, 165, 321, 323, 250, 304)),
    "aarch64": (0xC00000B7, (198, 203, 200, 206, 199, 221, 281, 117, 270, 271, 425, 40, 280, 282, 219, 265)),
}
_X32_BIT = 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JGE|K, BPF_RET|K
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 13  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO with EACCES


def confine() -> tuple[str, ...]:
    """Take on every lock that this kernel offers; the names of those that hold, in the order of ``LOCKS``."""
    libc = ctypes.CDLL(None)
    libc.syscall.restype = ctypes.c_long
    held = [name for name, lock in (("network", _leave_network), ("files", _lock_files)) if lock(libc)]
    if _refuse_calls(libc):
        held.append("calls")
    return tuple(held)


def _leave_network(libc: ctypes.CDLL) -> bool:
    return bool(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWNET) == 0)


def _lock_files(libc: ctypes.CDLL) -> bool:
    """Landlock over everything but what imports need; False where the kernel has none of it."""
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION)
    if version < 1 or libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    parts = [_FS_RIGHTS[min(version, max(_FS_RIGHTS))]]
    parts += [_NET_RIGHTS] if version >= 4 else []
    parts += [_SCOPES] if version >= 6 else []
    wanted = struct.pack(f"={len(parts)}Q", *parts)
    rules = libc.syscall(_CREATE_RULESET, wanted, ctypes.c_size_t(len(wanted)), 0)
    if rules < 0:
        return False
    try:
        for path, rights in _readable():
            _allow(libc, rules, path, rights)
        return bool(libc.syscall(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def _readable() -> Iterable[tuple[str, int]]:
    """Files and folders with the rights to them. The folder around the package may be listed, but not read."""
    package = Path(monitor.__file__).resolve().parent
    whole = {sys.prefix, sys.base_prefix, str(package), *(path for path in sys.path if Path(path) != package.parent)}
    yield from ((path, _READ_FILE | _READ_DIR) for path in (*sorted(whole), *_SYSTEM_PATHS) if path)
    yield str(package.parent), _READ_DIR


def _allow(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # a system without that folder has nothing to read there
    try:
        is_folder = os.path.isdir(path)  # noqa: PTH112 - beside the raw descriptor
        rule = struct.pack("=Qi", rights if is_folder else rights & ~_READ_DIR, place)
        libc.syscall(_ADD_RULE, rules, _RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(place)


def _refuse_calls(libc: ctypes.CDLL) -> bool:
    """The seccomp filter; False on other processors and where filters are forbidden."""
    known = _REFUSED.get(platform.machine())
    if known is None or libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    program = _filter(*known)
    code = ctypes.create_string_buffer(program)
    head = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, head, 0, 0) == 0)


def _filter(architecture: int, refused: tuple[int, ...]) -> bytes:
    """A BPF program over ``struct seccomp_data``: calls of another architecture or in *refused* give EACCES."""
    last = len(refused) + 5  # the place of the refusal; jumps count from the next instruction
    lines = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 0, last - 2, architecture),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, last - 4, 0, _X32_BIT),
        *((_EQUAL, last - 5 - place, 0, number) for place, number in enumerate(refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
