"""What child processes of tests start with."""

import signal


def with_default_signals() -> None:
    """Undo what a `nohup` or a background job around the tests has made of signals; a child would inherit it.

    Meant as `preexec_fn`.
    """
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
