"""The commands and their options. Each reads its settings, imports what does the work, and ends in an exit code."""

# ruff: noqa: PLC0415 - imports stand in the commands, so that `--help` does not wait for discord.py and the database

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot import __version__
from bot.cli.outcome import failures_in_words, log_of_a_command, run_async

app = typer.Typer(
    help="A Discord bot that turns /seedream into Seedream pictures.",
    no_args_is_help=True,
    add_completion=False,
    # Rich's tracebacks would show the values of variables, tokens among them.
    pretty_exceptions_enable=False,
)

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        envvar="SEEDREAM_BOT_CONFIG",
        help="The settings. Without it, config.toml here, or the environment alone.",
    ),
]
LogLevel = Annotated[
    str | None, typer.Option("--log-level", metavar="LEVEL", help="debug, info, warning or error; as in logging.level.")
]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"seedream-bot {__version__}")
        raise typer.Exit


@app.callback()
def _seedream_bot(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


@app.command()
def run(config: Config = None, log_level: LogLevel = None) -> None:
    """Run the bot until it is told to stop."""
    _serve(config, log_level, gateway=True)


@app.command()
def worker(config: Config = None, log_level: LogLevel = None) -> None:
    """Work on jobs that other processes take in, without a connection to Discord's gateway. Needs PostgreSQL."""
    _serve(config, log_level, gateway=False)


def _serve(config: Path | None, log_level: str | None, *, gateway: bool) -> None:
    with failures_in_words() as guard:
        from bot.config import load_settings

        settings = load_settings(config, {"logging.level": log_level})
        guard.keep(settings.secrets())
        from bot.telemetry.logs import configure_logging

        restore = configure_logging(settings.logging.level, settings.logging.format, settings.secrets())
        try:
            from bot.cli.running import LastResort, run_bot

            last_resort = LastResort()
            try:
                run_async(run_bot(settings, gateway=gateway, stopping=last_resort.begin))
            finally:
                last_resort.settle()
        finally:
            restore()


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End after one run, also on a terminal.")] = False,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the pictures go.")] = Path("demo-output"),
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="N", min=0, max=65535, help="Where its page is; by default a free port."),
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open its page in the browser.")] = False,
) -> None:
    """Show the whole job on this machine, with a Discord and a Seedream API in a box: no account, no token."""
    console = Console(soft_wrap=True, highlight=False)
    with failures_in_words():
        from sandbox.demo import PageWish, run_demo

        page = PageWish(port, open_browser)
        ends = once or not (console.is_terminal or page.wanted)
        raise typer.Exit(run_async(run_demo(once=ends, out=out, console=console, page=page)))


@app.command()
def doctor(config: Config = None) -> None:
    """Check the settings, both tokens, the application, the network and the database. Spends nothing."""
    with failures_in_words() as guard:
        from bot.cli.doctor import run_doctor

        with log_of_a_command():
            raise typer.Exit(run_async(run_doctor(config, Console(), guard)))


@app.command()
def sync(
    config: Config = None,
    guild: Annotated[
        int | None, typer.Option("--guild", metavar="ID", min=1, help="Only for this server; there at once.")
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take that server's own commands away again; needs --guild.")
    ] = False,
) -> None:
    """Register the commands with Discord."""
    if remove and guild is None:
        raise typer.BadParameter("needs --guild ID.", param_hint="--remove")
    with failures_in_words() as guard:
        from bot.config import load_settings
        from bot.errors import DiscordRefused

        settings = load_settings(config)
        guard.keep(settings.secrets())
        from bot.app import sync_commands

        with log_of_a_command(settings.secrets()):
            try:
                count = run_async(sync_commands(settings, guild, remove=remove))
            except DiscordRefused as error:
                if guild is None or error.stranger or error.status not in {403, 404}:
                    raise
                remedy = f"The bot is not in server {guild} (or that is no server's ID)"
                raise DiscordRefused(error.status, f"{error.detail.rstrip('.')}. {remedy}") from error
        typer.echo(_synced(count, guild, remove=remove))


def _synced(count: int, guild: int | None, *, remove: bool) -> str:
    registered = f"Registered {count} commands"
    if guild is None:
        return f"{registered} everywhere."
    if remove:
        return f"Took the commands of server {guild} away. Those registered everywhere are still there."
    return (
        f"{registered} for server {guild}. `run` also registers them everywhere, so people there may see them twice; "
        f"take these away with: seedream-bot sync --guild {guild} --remove"
    )


@app.command()
def generate(
    prompt: Annotated[str | None, typer.Argument(help="What the picture shows, 1 to 2000 characters.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the pictures go.")] = Path(),
    image: Annotated[
        list[str] | None,
        typer.Option("--image", metavar="FILE|URL", help="A reference image; may be given up to 14 times."),
    ] = None,
    size: Annotated[str, typer.Option("--size", help="2K, 3K or 4K by version, or WIDTHxHEIGHT.")] = "2K",
    max_images: Annotated[
        str, typer.Option("--max-images", metavar="N|auto", help="1 to 15, or auto: as many as the model likes.")
    ] = "1",
    version: Annotated[str, typer.Option("--version", help="5.0-lite, 4.5 or 4.0.")] = "5.0-lite",
    task: Annotated[
        str | None, typer.Option("--task", metavar="ID", help="Fetch this task instead of asking for a new one.")
    ] = None,
    config: Config = None,
) -> None:
    """Make pictures without Discord, for trying a token and for scripts. Needs only seedream.api_token."""
    if (prompt is None) == (task is None):
        raise typer.BadParameter("Give either a PROMPT or --task ID.")
    if max_images.strip().lower() != "auto" and not max_images.strip().lstrip("+-").isdecimal():
        raise typer.BadParameter("must be a whole number or auto.", param_hint="--max-images")
    images = tuple(image or ())
    for path in images:
        if not path.lower().startswith(("http://", "https://")) and not Path(path).is_file():
            raise typer.BadParameter(f"There is no file {path}.", param_hint="--image")
    # Before anything is spent: a picture that cannot be saved would be paid for in vain.
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise typer.BadParameter(f"{out} cannot be made: {error.strerror}.", param_hint="--out") from None
    if not os.access(out, os.W_OK):
        raise typer.BadParameter(f"{out} cannot be written to.", param_hint="--out")
    with failures_in_words() as guard:
        from bot.cli.generate import Order, run_generate
        from bot.config import load_api_settings
        from bot.domain.request import RequestDraft

        settings = load_api_settings(config)
        guard.keep([settings.seedream.api_token])
        count = None if max_images.strip().lower() == "auto" else int(max_images)
        draft = None if prompt is None else RequestDraft(prompt, version, size, count, len(images))
        order = Order(draft, images, task, out)
        console = Console(stderr=True, highlight=False)
        with log_of_a_command([settings.seedream.api_token]):
            run = run_generate(order, settings.seedream, console, too_large=settings.references.too_large)
            raise typer.Exit(run_async(run))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file of that name.")] = False,
    config: Config = None,
) -> None:
    """Copy the database to FILE, also while the bot is running."""
    with failures_in_words() as guard:
        from bot.config import load_settings
        from bot.storage import back_up

        settings = load_settings(config)
        guard.keep(settings.secrets())
        size = run_async(back_up(settings.storage.url, file, force=force))
        typer.echo(f"{file} is a sound copy of the database ({size:,} bytes), which only you can read.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that `backup` made.")],
    force: Annotated[bool, typer.Option("--force", help="Put the present database aside.")] = False,
    config: Config = None,
) -> None:
    """Put a copy of the database back; the bot must be stopped."""
    with failures_in_words() as guard:
        from bot.config import load_settings
        from bot.storage import restore as put_back

        settings = load_settings(config)
        guard.keep(settings.secrets())
        aside = run_async(put_back(settings.storage.url, file, force=force))
        if aside is not None:
            typer.echo(f"The former database is kept as {aside}.")
        typer.echo(f"{file} is restored. Jobs that were open in it are not sent to Seedream again; see the log.")


@app.command(hidden=True)
def health(
    url: Annotated[str | None, typer.Argument(help="The probe's address; by default as in the settings.")] = None,
    ready: Annotated[
        bool, typer.Option("--ready", help="Ask whether it can work on jobs now, not only whether it lives.")
    ] = False,
    config: Config = None,
) -> None:
    """Ask a running bot whether it is well: exit code 0 or 1, for a container's health check."""
    with failures_in_words():
        from bot.cli.health import ALIVE, READY, Health, probe, probe_url

        if url is None:
            from bot.config import load_settings

            settings = load_settings(config).health
            if settings.port == 0:
                typer.echo("The health check is switched off (health.port = 0).", err=True)
                raise typer.Exit(1)
            url = probe_url(settings.host, settings.port, READY if ready else ALIVE)
        answer, words = probe(url)
        well = answer is Health.WELL
        typer.echo(words, err=not well)
        raise typer.Exit(0 if well else 1)
