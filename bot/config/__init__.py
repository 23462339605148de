"""The settings: a flag wins over the environment, the environment over the TOML file, the file over the default.

Environment variables are named `SEEDREAM_BOT_SECTION__KEY`, e.g. `SEEDREAM_BOT_DISCORD__TOKEN`.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.config.checks import password_of
from bot.config.model import (
    LAYERS,
    ApiSettings,
    ClusterSettings,
    DiscordSettings,
    HealthSettings,
    JobsSettings,
    Layer,
    LoggingSettings,
    SeedreamSettings,
    Settings,
    StorageSettings,
    known_keys,
)
from bot.config.problems import describe
from bot.config.sources import (
    CONFIG_VARIABLE,
    Source,
    any_variable,
    read_environment,
    read_overrides,
    read_toml,
    variable,
)
from bot.errors import ConfigInvalid, ConfigMissing

__all__ = [
    "CONFIG_VARIABLE",
    "DEFAULT_PATH",
    "ApiSettings",
    "ClusterSettings",
    "DiscordSettings",
    "HealthSettings",
    "JobsSettings",
    "LoggingSettings",
    "SeedreamSettings",
    "Settings",
    "StorageSettings",
    "known_keys",
    "load_api_settings",
    "load_settings",
    "variable",
]

DEFAULT_PATH = Path("config.toml")
_NO_OVERRIDES: Mapping[str, Any] = {}
_Model = TypeVar("_Model", Settings, ApiSettings)


def load_settings(path: Path | None, overrides: Mapping[str, Any] = _NO_OVERRIDES) -> Settings:
    """Read the settings, reporting every mistake at once.

    Args:
        path: the TOML file; None looks for `config.toml` in the working directory, which may be absent where the
            environment holds both tokens.
        overrides: `{"section.key": value}` from command-line flags; a None is no flag.

    Raises:
        ConfigMissing: the file is not there, and neither is any variable that was meant for the settings.
        ConfigInvalid: with every unknown key and wrong value.
    """
    return _load(Settings, path, overrides)


def load_api_settings(path: Path | None, overrides: Mapping[str, Any] = _NO_OVERRIDES) -> ApiSettings:
    """Read only what the picture API needs, for commands that do without Discord; as `load_settings` otherwise."""
    return _load(ApiSettings, path, overrides)


def _load(model: type[_Model], path: Path | None, overrides: Mapping[str, Any]) -> _Model:
    sections = known_keys(Settings)
    flags = read_overrides(overrides)
    environment = read_environment(os.environ, sections)
    file = _read_file(path, sections)
    source = "the environment" if file is None else str(path or DEFAULT_PATH)
    if file is not None and file.problems and not file.values:
        # A file that could not be understood says nothing, so its absent tokens are no mistakes of their own.
        raise ConfigInvalid(source, tuple(file.problems))
    origins = [flags, environment]
    if file is not None:
        origins.append(file)
    try:
        settings = _validated(model, origins)
        details: list[ErrorDetails] = []
    except ValidationError as error:
        details = error.errors(include_url=False)
    # Raised outside of the handler: a chained ValidationError could show the values it complains about.
    if file is None and details and not any_variable(os.environ):
        raise ConfigMissing(str(DEFAULT_PATH), folder=str(Path.cwd()))
    names = {**environment.names, **flags.names}
    secrets = [secret for origin in origins for secret in _tokens(origin)]
    problems = [problem for origin in origins for problem in origin.problems]
    for detail in details:
        line = describe(detail, sections=sections, names=names, secrets=secrets)
        # Without a file, a key is not where the operator would look for it.
        by_variable = file is None and detail["type"] == "missing" and len(detail["loc"]) > 1
        problems.append(f"{line}; set {variable(*map(str, detail['loc'][:2]))}" if by_variable else line)
    if problems:
        raise ConfigInvalid(source, tuple(problems))
    return settings


def _read_file(path: Path | None, sections: Mapping[str, Sequence[str]]) -> Source | None:
    try:
        return read_toml(path or DEFAULT_PATH, sections)
    except FileNotFoundError:
        # A file that was asked for by name must be there; only the default one may be absent.
        if path is not None:
            raise ConfigMissing(str(path)) from None
        return None


def _validated(model: type[_Model], origins: Sequence[Source]) -> _Model:
    # Empty tables below everything, so that a missing section is reported by its missing keys.
    required: Layer = {name: {} for name, field in model.model_fields.items() if field.is_required()}
    nothing_else: dict[str, Any] = {}
    layers = LAYERS.set((*(origin.values for origin in origins), required))
    try:
        return model(**nothing_else)
    finally:
        LAYERS.reset(layers)


def _tokens(source: Source) -> list[str]:
    found = [source.values.get("discord", {}).get("token"), source.values.get("seedream", {}).get("api_token")]
    url = source.values.get("storage", {}).get("url")
    if isinstance(url, str):
        found.append(password_of(url))
    return [token.strip() for token in found if isinstance(token, str)]
