"""Become another program: `python -I -S launch.py SIGNAL PARENT UID GID PROGRAM ARGUMENT...`

A child that must not outlive us runs through this file, because what it does (become another user,
ask Linux for a signal when the parent dies) has to happen in the child, and Python code between
fork and exec is unsafe in a process with threads. UID and GID are -1 to stay who we are. The
signal is asked for last: Linux forgets it when the user changes.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(signal_number: int, parent: int, uid: int, gid: int, command: list[str]) -> None:
    """Never returns; exit status 127 when there is no such program."""
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        os.environ["HOME"] = "/"
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:  # the parent died before the line above
            sys.exit(0)
    try:
        os.execvp(command[0], command)  # noqa: S606  no shell is wanted
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
