"""Opening the page in the browser of whoever runs the sandbox."""

import logging
import threading
import webbrowser

log = logging.getLogger("sandbox.page")


def open_in_browser(url: str) -> None:
    """Open an address beside everything else; where there is no browser, the printed address has to do.

    A thread of its own, which nobody waits for: a browser of the terminal's kind returns when it is closed.
    """

    def run() -> None:
        if not webbrowser.open(url):
            log.warning("no browser could be opened for %s", url)

    threading.Thread(target=run, name="browser", daemon=True).start()
