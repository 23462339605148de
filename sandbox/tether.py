"""`python -m sandbox.tether PARENT ...`: become `python ...`, as a process that ends with its parent.

However the parent ends, killed included, the kernel then sends SIGTERM:
https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html. Only Linux has this; elsewhere nothing is tied.
It is a program, for what runs between fork and exec must not be Python where there are threads, and the setting
outlives the exec.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def arguments(*command: str) -> list[str]:
    """Return the arguments for a Python interpreter that runs `command`, its own arguments, tied to this process."""
    if sys.platform != "linux":
        return list(command)
    return ["-m", "sandbox.tether", str(os.getpid()), *command]


def main(parent: int, command: list[str]) -> None:
    """Tie this process to its parent, and become the command; return only if the parent is gone already."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    except (OSError, AttributeError):
        sys.stderr.write("This C library has no prctl; the process would outlive a killed parent.\n")
    if os.getppid() == parent:
        os.execv(sys.executable, [sys.executable, *command])  # noqa: S606 - the same program, no shell


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
