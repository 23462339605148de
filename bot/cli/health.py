"""Asking a running bot whether it is well, without an HTTP library: a container's probe runs every few seconds."""

import http.client
import json
from enum import Enum
from urllib.parse import urlsplit

PROBE_SECONDS = 4.0
"""Below the five seconds that supervisors commonly give a probe."""

_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not listened on


ALIVE = "/healthz"
READY = "/readyz"


def probe_url(host: str, port: int, path: str = ALIVE) -> str:
    """Return where a bot that listens on `host` can be asked from the same machine."""
    host = _ANY_ADDRESS.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{path}"


class Health(Enum):
    """What a probe found: UNWELL is what the bot itself says, SILENT is whatever is no answer of a bot."""

    WELL = "well"
    UNWELL = "unwell"
    SILENT = "silent"


def probe(url: str) -> tuple[Health, str]:
    """Ask a bot whether it is well; return the answer and its words. Blocks for at most a few seconds."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        return Health.SILENT, f"{url} is no http:// address"
    connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", parts.path or ALIVE)
        response = connection.getresponse()
        status, body = response.status, response.read(65536)
    except (OSError, http.client.HTTPException) as error:
        return Health.SILENT, f"{url} does not answer: {str(error) or type(error).__name__}"
    finally:
        connection.close()
    said = _read(body)
    if status == 200 and said.get("status") == "ok":
        return Health.WELL, f"seedream-bot {said.get('version')} is well"
    if status == 200 and said.get("status") == "ready":
        return Health.WELL, f"seedream-bot {said.get('version')} is ready"
    if status == 503 and "reason" in said:
        return Health.UNWELL, f"seedream-bot is not well: {said['reason']}"
    if status == 503 and isinstance(reasons := said.get("reasons"), list):
        return Health.UNWELL, f"seedream-bot is not ready: {'; '.join(map(str, reasons))}"
    return Health.SILENT, f"{url} answers HTTP {status}, but not as seedream-bot does"


def _read(body: bytes) -> dict[str, object]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
