"""The sandbox's own addresses, as the page's own: a browser asks no other host or port for a picture."""

import re
from typing import Any
from urllib.parse import urlsplit

_ADDRESS_FIELDS = frozenset({"url", "proxy_url", "icon_url", "proxy_icon_url"})
_CDN = ("attachments/", "ephemeral-attachments/")


class Addresses:
    """Translates addresses of both sandboxes into those of the page.

    The page's are not signed: Discord's client signs anew what it shows, and a signature that changes every second
    would make every message look changed.

    Args:
        discord: the Discord sandbox's base, without a slash at the end.
        seedream: the Seedream sandbox's base, likewise.
        page: the page's base, likewise; for addresses in running text, which must stay whole.
    """

    def __init__(self, discord: str, seedream: str, page: str) -> None:
        self._discord = f"{discord}/"
        self._seedream = f"{seedream}/"
        self._page = page
        bases = "|".join(re.escape(base) for base in (self._discord, self._seedream))
        self._in_text = re.compile(rf"(?:{bases})[^\s<>()\[\]\"'`|*]*")

    def of(self, url: str) -> str:
        """Return an address below the page's own; one that is not the sandbox's stays as it is."""
        if url.startswith(self._discord):
            path = urlsplit(url).path.lstrip("/").removeprefix("media/")
            return f"/cdn/{path}" if path.startswith(_CDN) else url
        if url.startswith(self._seedream):
            place, _, rest = urlsplit(url).path.lstrip("/").partition("/")
            if place == "results":
                return f"/results/{rest}"
            return f"/results/files/{rest}" if place in {"files", "cn-files"} else url
        return url

    def rewrite(self, value: Any) -> Any:  # noqa: ANN401 - a walk through arbitrary JSON
        """Return a copy of a payload with every sandbox address in it rewritten, those in running text too."""
        if isinstance(value, dict):
            return {
                key: self.of(item) if key in _ADDRESS_FIELDS and isinstance(item, str) else self.rewrite(item)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self.rewrite(item) for item in value]
        if isinstance(value, str) and (self._discord in value or self._seedream in value):
            return self._in_text.sub(self._whole, value)
        return value

    def _whole(self, match: re.Match[str]) -> str:
        address = self.of(match[0])
        return f"{self._page}{address}" if address.startswith("/") else address
