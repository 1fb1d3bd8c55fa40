"""One frozen `Settings`, read once from `HOME/demarc.toml` and `DEMARC_*`, and handed to `wiring`.

Rules:
- The environment wins over the file: `DEMARC_INSIDE__PORT=9080` overrides `[inside] port`.
- A name that no setting has is refused, so that a typing error cannot switch anything off.
- Dangerous states are refused here with the reason; `gateway.keystore` refuses key files that others can read.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as EnvironmentUnreadable

from gateway.errors import InputError, SettingsError
from gateway.ids import OperatorId, parse_operator_id

FILE = "demarc.toml"
_PREFIX = "DEMARC_"
_NOT_SETTINGS = frozenset({"home", "supervisor", "require", "screenshots", "test_postgres", "vectors"})
"""What else is named `DEMARC_*`: the command line's own names and those of the tests."""


class SettingsRefused(SettingsError):
    """The settings of this instance cannot be used."""

    code = "settings.refused"
    remedy = "Correct the settings at the place named; docs/reference/settings.md lists them all."


class NoSuchHome(SettingsError):
    """There is no instance in this folder."""

    code = "settings.no-home"
    remedy = "Create one with `demarc init HOME --operator ID --name NAME`."


def _operator(value: str) -> str:
    try:
        return parse_operator_id(value)
    except InputError as error:
        raise ValueError(error.remedy) from error


def _https(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("must be an https:// address without user, query or fragment")
    return value.rstrip("/")


Port = Annotated[int, Field(ge=0, le=65535)]
_STRICT = ConfigDict(frozen=True, extra="forbid")


class Inside(BaseModel):
    """The inside process: ingest and disclosure."""

    model_config = _STRICT

    host: str = Field(default="127.0.0.1", description="Address of the ingest listener.")
    port: Port = Field(default=8080, description="Port of the ingest listener; 0 takes a free one.")
    tls_certificate: Path | None = Field(
        default=None, description="PEM certificate chain; needed where host is not loopback."
    )
    tls_key: Path | None = Field(default=None, description="PEM key of that certificate.")
    store: str | None = Field(
        default=None, description="SQLAlchemy address of the inside store; default: HOME/inside.db."
    )
    batch_lines: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=500,
        description="How much of the journal is disclosed in one transaction.",
        json_schema_extra={"unit": "lines"},
    )


class Outside(BaseModel):
    """The outside process: the exchange with partners, and customers."""

    model_config = _STRICT

    host: str = Field(default="127.0.0.1", description="Address of both outward listeners.")
    exchange_port: Port = Field(default=8443, description="Port for partners, mutual TLS; 0 takes a free one.")
    public_port: Port = Field(default=8444, description="Port for customers, TLS; 0 takes a free one.")
    exchange_url: Annotated[str, AfterValidator(_https)] = Field(
        default="https://localhost:8443", description="Address under which partners reach the exchange listener."
    )
    public_url: Annotated[str, AfterValidator(_https)] = Field(
        default="https://localhost:8444", description="Address under which customers reach the public listener."
    )
    store: str | None = Field(
        default=None, description="SQLAlchemy address of the outside store; default: HOME/outside.db."
    )


class Settings(BaseSettings):
    """Everything that an instance is told."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid", validate_default=True
    )

    home: Path = Field(description="Folder of the instance; not a line of the file, but where the file was found.")
    operator: Annotated[str, AfterValidator(_operator)] = Field(description="Identifier of this operator.")
    name: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="Name of this operator, for people.")
    contact: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        default="not stated", description="Where partners reach people, for the descriptor."
    )
    inside: Inside = Inside()
    outside: Outside = Outside()

    @property
    def operator_id(self) -> OperatorId:
        """This operator's identifier."""
        return OperatorId(self.operator)

    @property
    def keys(self) -> Path:
        """The folder of key files."""
        return self.home / "keys"

    @property
    def inside_store(self) -> str:
        """The SQLAlchemy address of the inside store."""
        return self.inside.store or f"sqlite:///{self.home / 'inside.db'}"

    @property
    def outside_store(self) -> str:
        """The SQLAlchemy address of the outside store."""
        return self.outside.store or f"sqlite:///{self.home / 'outside.db'}"

    @model_validator(mode="after")
    def _refuse_danger(self) -> Settings:
        inside = self.inside
        if (inside.tls_certificate is None) != (inside.tls_key is None):
            raise ValueError("inside: tls_certificate and tls_key go together")
        if inside.tls_certificate is None and not _is_loopback(inside.host):
            raise ValueError("inside: host is not a loopback address, so it needs tls_certificate and tls_key")
        if _place_of(self.inside_store) == _place_of(self.outside_store):
            raise ValueError("inside and outside share one store: the outside would hold what is hidden")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take the environment before the file, and nothing else."""
        return _Environment(settings_cls), init_settings


class _Environment(EnvSettingsSource):
    """`DEMARC_*` without `DEMARC_HOME`: home is where the file was found, whatever else is said."""

    def __call__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__call__().items() if name != "home"}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _place_of(store: str) -> str:
    """Return where a store lies, so that two spellings of one SQLite file are seen to be one."""
    scheme, slashes, file = store.partition("?")[0].partition(":///")
    return str(Path(file).resolve()) if slashes and scheme.startswith("sqlite") else store


def load(home: Path) -> Settings:
    """Return the settings of the instance in `home`.

    Raises:
        NoSuchHome: There is no `demarc.toml`.
        SettingsRefused: A value is missing, unknown, malformed or dangerous; every place is named.
    """
    home = home.resolve()
    try:
        told: dict[str, Any] = tomllib.loads((home / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoSuchHome(f"{home / FILE} does not exist") from error
    except (OSError, ValueError) as error:  # not readable, not UTF-8, not TOML
        raise SettingsRefused(f"{home / FILE}: {error}") from error
    if "home" in told:
        raise SettingsRefused(f"{home / FILE}: home: is where the file was found, and no setting in it")
    _refuse_unknown(os.environ)
    try:
        return Settings(**{**told, "home": home})
    except EnvironmentUnreadable as error:
        raise SettingsRefused(f"environment: {error}") from error
    except ValidationError as error:
        places = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'settings'}: {one['msg']}" for one in error.errors())
        raise SettingsRefused(f"{home / FILE}: {places}") from error


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    """Refuse names of the environment that look like settings and are none; deeper names are checked by the model."""
    names = {
        name: name.upper().removeprefix(_PREFIX).lower() for name in environment if name.upper().startswith(_PREFIX)
    }
    known = Settings.model_fields.keys() | _NOT_SETTINGS
    unknown = sorted(name for name, short in names.items() if short.partition("__")[0] not in known)
    if unknown:
        raise SettingsRefused(f"environment: no setting is called {', '.join(unknown)}")
