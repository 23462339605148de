"""Every setting with its type, limits and default. `config.example.toml` explains each of them to the operator."""

from collections.abc import Mapping
from contextvars import ContextVar
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from bot.config import checks
from bot.domain.sizes import Version

Token = Annotated[SecretStr, AfterValidator(checks.token)]
HttpUrl = Annotated[str, AfterValidator(checks.http_url)]
GatewayUrl = Annotated[str, AfterValidator(checks.gateway_url)]
StorageUrl = Annotated[str, AfterValidator(checks.storage_url)]
Seconds = Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]
Price = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


class _Section(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True, validate_default=True
    )


class DiscordSettings(_Section):
    """`[discord]`: the bot's account and how it behaves in Discord.

    Attributes:
        api_base_url: with the API's version, as in https://discord.com/developers/docs/reference#api-versioning.
        gateway_url: None for what Discord itself says.
        thread_archive_minutes: when a quiet thread folds away; Discord knows these four values only.
        mentions: whether messages that mention the bot ask for pictures, as `/seedream` does.
        message_content: whether the bot may see other people's messages whole; a privileged intent, to be switched on
            for the application first: https://discord.com/developers/docs/events/gateway#message-content-intent.
        reactions: on whose pictures a reaction offers the form: nobody's, the bot's own, everybody's.
        reaction_emoji: which reaction; `name:id` for a server's own emoji.
    """

    token: Token
    api_base_url: HttpUrl = "https://discord.com/api/v10"
    gateway_url: GatewayUrl | None = None
    thread_archive_minutes: Literal[60, 1440, 4320, 10080] = 1440
    sync_commands: bool = True
    mentions: bool = True
    message_content: bool = False
    reactions: Annotated[Literal["off", "results", "all"], BeforeValidator(_lower)] = "off"
    reaction_emoji: Annotated[str, Field(min_length=1, max_length=60)] = "🎨"

    @field_validator("reactions")
    @classmethod
    def _seen(cls, value: str, info: ValidationInfo) -> str:
        if value == "all" and info.data.get("message_content") is False:
            raise ValueError("needs message_content = true, or Discord does not show the bot other people's pictures")
        return value

    @field_validator("thread_archive_minutes", mode="before")
    @classmethod
    def _number_from_text(cls, value: object) -> object:
        # Literal takes 1440, but not "1440", which is what an environment variable holds.
        return int(value) if isinstance(value, str) and value.strip().isdecimal() else value


class SeedreamSettings(_Section):
    """`[seedream]`: the picture API, https://docs.sinancode.com/en/quickstart.

    Attributes:
        reference_mode: "upload" sends reference images to the files API first; "direct" hands their links on.
        upload_link: which of the two links of an uploaded image goes into the request.
        max_concurrent_tasks: tasks of this bot that may be at the API at the same time.
        requests_per_second: toward the API, all kinds together.
        price_per_image: in `currency`, by version; a version that is absent gets no estimate.
    """

    api_token: Token
    api_base_url: HttpUrl = "https://api.sinancode.com/v1"
    files_base_url: HttpUrl = "https://files-api.sinancode.com"
    reference_mode: Literal["upload", "direct"] = "upload"
    upload_link: Literal["url", "cn_url"] = "url"
    max_concurrent_tasks: Annotated[int, Field(ge=1, le=10_000)] = 10
    requests_per_second: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] = 10.0
    connect_timeout_seconds: Seconds = 10.0
    read_timeout_seconds: Seconds = 60.0
    total_timeout_seconds: Seconds = 180.0
    poll_first_seconds: Seconds = 1.0
    poll_longest_seconds: Seconds = 5.0
    poll_deadline_minutes: Annotated[int, Field(ge=1, le=1440)] = 10
    price_per_image: Annotated[Mapping[Version, Price], BeforeValidator(checks.json_table)] = Field(
        default_factory=dict
    )
    currency: Annotated[str, Field(min_length=1, max_length=8)] = "USD"

    @field_validator("poll_longest_seconds")
    @classmethod
    def _not_below_first(cls, value: float, info: ValidationInfo) -> float:
        return _at_least(value, "poll_first_seconds", info)

    @field_validator("total_timeout_seconds")
    @classmethod
    def _not_below_connect(cls, value: float, info: ValidationInfo) -> float:
        return _at_least(value, "connect_timeout_seconds", info)


def _at_least(value: float, other: str, info: ValidationInfo) -> float:
    least = info.data.get(other)
    if least is not None and value < least:
        raise ValueError(f"must not be less than {other} ({least:g})")
    return value


class ReferencesSettings(_Section):
    """`[references]`: what is done to reference images before they are sent.

    Attributes:
        too_large: "scale" makes images that are too big for the API smaller; "refuse" turns the request down.
    """

    too_large: Annotated[Literal["scale", "refuse"], BeforeValidator(_lower)] = "scale"


class StorageSettings(_Section):
    """`[storage]`: where jobs are kept; a relative path is taken from the working directory.

    Attributes:
        url: a SQLite file's, or a PostgreSQL server's, which may hold a password.
        spool_dir: where pictures on their way are kept; None for beside the database.
    """

    url: StorageUrl = Field(default="sqlite+aiosqlite:///seedream-bot.db", repr=False)
    spool_dir: Annotated[str, Field(min_length=1)] | None = None

    @property
    def shared(self) -> bool:
        """Whether several processes can work on it."""
        return not self.url.startswith("sqlite")


class JobsSettings(_Section):
    """`[jobs]`: how jobs are worked on.

    Attributes:
        lease_seconds: how long a process that died keeps others from taking its jobs over.
    """

    lease_seconds: Annotated[int, Field(ge=10, le=3600)] = 40


class ClusterSettings(_Section):
    """`[cluster]`: which of several processes on one database this is.

    Attributes:
        id: of this process, from 0.
        count: how many processes are connected to Discord's gateway.
        shards: of all of them together; None: as many as processes, or, of one process, what Discord recommends.
    """

    count: Annotated[int, Field(ge=1, le=1000)] = 1
    id: Annotated[int, Field(ge=0)] = 0
    shards: Annotated[int, Field(ge=1, le=16_000)] | None = None

    @field_validator("id")
    @classmethod
    def _one_of_them(cls, value: int, info: ValidationInfo) -> int:
        count = info.data.get("count")
        if count is not None and value >= count:
            raise ValueError(f"must be less than cluster.count ({count}), as the first process is 0")
        return value

    @field_validator("shards")
    @classmethod
    def _one_for_each(cls, value: int | None, info: ValidationInfo) -> int | None:
        count = info.data.get("count")
        if value is not None and count is not None and value < count:
            raise ValueError(f"must not be less than cluster.count ({count}): each process needs one")
        return value

    @property
    def total_shards(self) -> int | None:
        """How many shards the bot has in all; None for what Discord recommends."""
        return self.shards if self.shards is not None or self.count == 1 else self.count

    @property
    def shard_ids(self) -> tuple[int, ...]:
        """The shards of this process, of `total_shards`; empty where Discord decides how many there are."""
        return tuple(range(self.id, self.total_shards or 0, self.count))


class HealthSettings(_Section):
    """`[health]`: the answer to "are you well?" over HTTP; port 0 switches it off."""

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080


class LoggingSettings(_Section):
    """`[logging]`: how much is logged, and in which form ("auto": text on a terminal, else JSON)."""

    level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = "info"
    format: Annotated[Literal["auto", "json", "text"], BeforeValidator(_lower)] = "auto"


Layer = dict[str, dict[str, Any]]
"""Section -> key -> value, as one source has it."""

LAYERS: ContextVar[tuple[Layer, ...]] = ContextVar("LAYERS", default=())
"""What `bot.config.load_settings` has read, strongest first; pydantic-settings takes its sources per class."""


class _Root(BaseSettings):
    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing but what was handed in."""
        return (init_settings, *(InitSettingsSource(settings_cls, dict(layer)) for layer in LAYERS.get()))


class Settings(_Root):
    """Everything an operator can set."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    discord: DiscordSettings
    seedream: SeedreamSettings
    references: ReferencesSettings = ReferencesSettings()
    storage: StorageSettings = StorageSettings()
    jobs: JobsSettings = JobsSettings()
    cluster: ClusterSettings = ClusterSettings()
    health: HealthSettings = HealthSettings()
    logging: LoggingSettings = LoggingSettings()

    @field_validator("cluster")
    @classmethod
    def _database_for_all(cls, value: ClusterSettings, info: ValidationInfo) -> ClusterSettings:
        storage = info.data.get("storage")
        if storage is not None and value.count > 1 and not storage.shared:
            raise ValueError(
                "several processes need a database they can share: set storage.url to one of PostgreSQL, "
                '"postgresql+asyncpg://…", or leave cluster.count at 1'
            )
        return value

    def secrets(self) -> tuple[SecretStr, ...]:
        """Return every value that must never reach a log."""
        password = checks.password_of(self.storage.url)
        return (self.discord.token, self.seedream.api_token, *([SecretStr(password)] if password else []))


class ApiSettings(_Root):
    """What `generate` needs, which works without a Discord token; the other sections may be absent or wrong."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    seedream: SeedreamSettings
    references: ReferencesSettings = ReferencesSettings()
    logging: LoggingSettings = LoggingSettings()


def known_keys(root: type[BaseSettings] = Settings) -> dict[str, tuple[str, ...]]:
    """Return the keys of every section, by section, in the order they are declared."""
    sections: dict[str, tuple[str, ...]] = {}
    for name, field in root.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            sections[name] = tuple(field.annotation.model_fields)
    return sections
