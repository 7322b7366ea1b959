"""The keys of feeds.yaml: types, limits, defaults, explanations; the JSON Schema is made from the same models."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, PlainValidator, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from monitor.config import values
from monitor.config.problems import Step
from monitor.config.settings import DEFAULT_STORE, Network

KINDS = ("auto", "feed", "sitemap", "page", "federal-register", "search")
SECURITIES = ("starttls", "tls", "none")
EMPTIES = ("skip", "send")
DEFAULT_SCHEDULE = "0 7 * * *"
DEFAULT_SITE = "site/"
DEFAULT_ARCHIVE = "warc/"

_HALF = 0.5

_VARIABLE_SCHEMA = {"type": "string", "pattern": r"\$\{.+\}"}


def _or_variable(**schema: object) -> WithJsonSchema:
    """The schema of a value that is no text, or ``${NAME}`` in its place."""
    return WithJsonSchema({"anyOf": [schema, _VARIABLE_SCHEMA]})


def _text_schema(**schema: object) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "minLength": 1, **schema})


def _choice(*choices: str) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(partial(values.parse_choice, choices=choices)), _or_variable(enum=list(choices))


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


_DURATION_SCHEMA = _text_schema(
    pattern=r"^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9.]+s)?$|\$\{", examples=["20s", "30m", "7d"]
)

Text = Annotated[str, PlainValidator(values.parse_text), _text_schema()]
Secret = Annotated[str, PlainValidator(values.parse_secret), _text_schema()]
Id = Annotated[str, PlainValidator(values.parse_id), _text_schema(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$|\$\{")]
Term = Annotated[str, PlainValidator(values.parse_term), _text_schema()]
Flag = Annotated[bool, PlainValidator(values.parse_flag), _or_variable(type="boolean")]
Share = Annotated[float, PlainValidator(values.parse_share), _or_variable(type="number", minimum=0, maximum=1)]
WebAddress = Annotated[
    str, PlainValidator(values.parse_web_address), _text_schema(pattern=r"^https?://[^\s]+$|\$\{", format="uri")
]
Mailbox = Annotated[str, PlainValidator(values.parse_mailbox), _text_schema(pattern=r"@|\$\{")]
AllowedNetwork = Annotated[Network, PlainValidator(values.parse_network), _text_schema(examples=["10.0.0.0/8"])]
Notify = Annotated[str, PlainValidator(values.parse_notify), _text_schema(pattern=r":/|\$\{")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class TopicModel(_Section):
    """A standing interest."""

    model_config = ConfigDict(title="Topic")

    id: Id = Field(description="Short name, used in digests, feeds and JSON.")
    title: Text | None = Field(default=None, description="Heading in the digest; default: the id.")
    learn: Flag = Field(default=True, description="Build the profile from the corpus.")
    any: list[Term] = Field(default=[], description='Terms that raise the score; "+term" must occur, "-term" must not.')
    none: list[Term] = Field(default=[], description="Terms that exclude an article.")
    threshold: Share = Field(default=_HALF, description="Score from which an article is on topic; 0 takes everything.")


class FeedModel(_Section):
    """A subscribed document; the short form is its address alone."""

    model_config = ConfigDict(title="Feed")

    url: WebAddress = Field(description="Address of the feed, sitemap, page or search.")
    title: Text | None = Field(default=None, description="Name to show; default: the feed's own.")
    kind: Annotated[str, *_choice(*KINDS)] = Field(default="auto", description="What it is; auto looks at the content.")
    every: Annotated[float, PlainValidator(partial(values.parse_duration, least_s=1)), _DURATION_SCHEMA] | None = Field(
        default=None, description="Time between two polls; default: adapts to how often the feed brings news."
    )
    full_text: Flag = Field(default=True, description="false: judge by headline and summary, never fetch the page.")
    topics: Annotated[list[Id], Field(min_length=1)] | None = Field(
        default=None, description="Topics its articles are matched with; default: all."
    )
    enabled: Flag = Field(default=True, description="false: keep the feed here without polling it.")
    links: Text | None = Field(
        default=None, description="kind: page only: pattern of the articles' addresses, like /news/*/; * is anything."
    )
    selector: Text | None = Field(
        default=None, description="kind: page only: CSS selector of the links, or of what holds them."
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The mapping, or its short form."""
        short = {"type": "string", "pattern": r"^https?://[^\s]+$|\$\{", "title": "Address", "format": "uri"}
        return {"anyOf": [short, handler(core)], "description": cls.__doc__}


def _expand_feed(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


class ChannelModel(_Section):
    """A place where editions go; exactly one key."""

    model_config = ConfigDict(title="Channel")

    html: Text | None = Field(
        default=None, description="Folder for the pages: index.html, one page an edition, digests.atom."
    )
    email: Annotated[list[Mailbox], BeforeValidator(_listed), Field(min_length=1)] | None = Field(
        default=None, description="Mail addresses; each gets a message of its own."
    )
    notify: Annotated[list[Notify], BeforeValidator(_listed), Field(min_length=1)] | None = Field(
        default=None, description="Any Apprise address, or several."
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """One key and no more; one address may stand without a list."""
        schema = handler.resolve_ref_schema(handler(core))
        for name in ("email", "notify"):
            form = schema["properties"][name]
            schema["properties"][name] = {
                "title": form["title"],
                "description": form["description"],
                "anyOf": [form["items"], {key: form[key] for key in ("type", "items", "minItems")}],
            }
        return schema | {"minProperties": 1, "maxProperties": 1}


class DigestModel(_Section):
    """A standing order for editions."""

    model_config = ConfigDict(title="Digest")

    id: Id = Field(description="Short name, used by `monitor digest ID` and in addresses.")
    title: Text | None = Field(default=None, description="Heading of every edition; default: the id.")
    topics: Annotated[list[Id], Field(min_length=1)] | None = Field(
        default=None, description="Topics in it; default: all."
    )
    schedule: Annotated[str, PlainValidator(values.parse_schedule), _text_schema()] | None = Field(
        default=None, description='Cron line of five fields in `timezone`, like "0 7 * * *"; without it: only by hand.'
    )
    timezone: Annotated[str, PlainValidator(values.parse_timezone), _text_schema(examples=["Europe/Berlin"])] = Field(
        default="UTC", description="Time zone of the schedule and of the dates shown."
    )
    language: Annotated[str, PlainValidator(values.parse_language), _text_schema(pattern=r"^[a-z]{2}$|\$\{")] = Field(
        default="en", description="The reader's language: of two headlines or sentences, the one in it is taken."
    )
    empty: Annotated[str, *_choice(*EMPTIES)] = Field(default="skip", description="What to do when nothing is new.")
    deliver: list[ChannelModel] = Field(
        default=[ChannelModel(html=DEFAULT_SITE)], description=f"Where editions go; default: html: {DEFAULT_SITE}"
    )


class EmailModel(_Section):
    """The mail server that takes editions."""

    model_config = ConfigDict(title="Mail server")

    host: Annotated[str, PlainValidator(values.parse_host), _text_schema()] = Field(description="Name of the server.")
    port: (
        Annotated[
            int,
            PlainValidator(partial(values.parse_whole, least=1, most=65535)),
            _or_variable(type="integer", minimum=1, maximum=65535),
        ]
        | None
    ) = Field(default=None, description="Default: 587 for starttls, 465 for tls, 25 for none.")
    security: Annotated[str, *_choice(*SECURITIES)] = Field(
        default="starttls", description="starttls upgrades the connection, tls is encrypted from the start."
    )
    username: Text | None = Field(default=None, description="Name to log in with.")
    password: Secret | None = Field(
        default=None, description="Write ${SMTP_PASSWORD}: secrets never stand in the file."
    )
    sender: Annotated[str, PlainValidator(values.parse_sender), _text_schema(pattern=r"@|\$\{")] = Field(
        alias="from", description='Sender, like "Digest <digest@example.org>".'
    )
    ca_file: Text | None = Field(
        default=None, description="PEM file with certificates to trust beside those of the system."
    )
    at_most_once: Flag = Field(
        default=False, description="true: never send again what may have arrived; it waits for you instead."
    )
    unsubscribe: Mailbox | None = Field(
        default=None, description="Mail address for those who want no more mail; default: the sender's."
    )
    unsubscribe_secret: Secret | None = Field(
        default=None,
        description="Offers unsubscribing with one click at public_url, where something must take its POST.",
    )


class LlmModel(_Section):
    """A language model that writes one-line abstracts; only what its sentences bear out is printed."""

    model_config = ConfigDict(title="Language model")

    url: WebAddress = Field(description="Base of an OpenAI-compatible API, like http://127.0.0.1:11434/v1.")
    model: Text = Field(description="Name of the model.")
    key: Secret | None = Field(default=None, description="Write ${LLM_KEY}: secrets never stand in the file.")
    timeout: Annotated[
        float, PlainValidator(partial(values.parse_duration, least_s=1, most_s=600)), _DURATION_SCHEMA
    ] = Field(default=60.0, description="Time for all questions about one edition; default: 60s.")


class FetchModel(_Section):
    """Manners and limits of the HTTP client."""

    model_config = ConfigDict(title="Fetching")

    contact: Annotated[str, PlainValidator(values.parse_contact), _text_schema()] | None = Field(
        default=None, description="Mail or web address where publishers reach you; sent in the user agent."
    )
    timeout: Annotated[
        float, PlainValidator(partial(values.parse_duration, least_s=0.1, most_s=600)), _DURATION_SCHEMA
    ] = Field(default=20.0, description="Deadline of one request, redirects included; default: 20s.")
    max_bytes: Annotated[
        int,
        PlainValidator(partial(values.parse_size, least=1_000, most=1_000_000_000)),
        WithJsonSchema(
            {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^[0-9.]+ ?([kKMG]i?)?B?$|\$\{"}]}
        ),
    ] = Field(default=10_000_000, description="Largest answer that is read, after decompression.")
    per_host: Annotated[
        int, PlainValidator(partial(values.parse_whole, least=1, most=32)), _or_variable(type="integer", minimum=1)
    ] = Field(default=1, description="Requests to one host at a time.")
    concurrency: Annotated[
        int, PlainValidator(partial(values.parse_whole, least=1, most=1024)), _or_variable(type="integer", minimum=1)
    ] = Field(default=64, description="Requests at a time.")
    robots: Flag = Field(default=True, description="Obey robots.txt when reading article pages.")
    allow_private: Flag = Field(default=False, description="Fetch from loopback and private networks too.")
    allow_networks: list[AllowedNetwork] = Field(
        default=[], description="Networks that are not public and may be fetched from."
    )
    max_age: Annotated[float, PlainValidator(partial(values.parse_duration, least_s=0)), _DURATION_SCHEMA] = Field(
        default=7 * 86400.0,
        description="Entries older than this at first sight are taken in as known, not news; default: 7d.",
    )
    host_gap: (
        Annotated[float, PlainValidator(partial(values.parse_duration, least_s=0, most_s=3600)), _DURATION_SCHEMA]
        | None
    ) = Field(default=None, description="Wait between two requests to one host; default: 2s, none on private networks.")
    proxy: Annotated[str, PlainValidator(values.parse_proxy), _text_schema()] | None = Field(
        default=None, description="Proxy for all requests, like http://proxy.example.org:3128; it is the guard then."
    )


class ArchiveModel(_Section):
    """Keeps every answer as it came, in web archives (WARC); off unless `archive:` is there."""

    model_config = ConfigDict(title="Archive")

    folder: Text = Field(default=DEFAULT_ARCHIVE, description="Folder for the .warc.gz files, made if missing.")
    file_size: Annotated[
        int,
        PlainValidator(partial(values.parse_size, least=100_000, most=10_000_000_000)),
        WithJsonSchema(
            {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^[0-9.]+ ?([kKMG]i?)?B?$|\$\{"}]}
        ),
    ] = Field(default=100_000_000, description="Size from which a new file is begun on the same day.")


class ConfigModel(_Section):
    """What to watch, what is known already, and where the news goes."""

    topics: list[TopicModel] = Field(min_length=1, description="What you want to read about.")
    corpus: list[Text] = Field(default=[], description="Files or folders of articles you have read already.")
    aliases: list[Annotated[list[Text], Field(min_length=2)]] = Field(
        default=[], description="Names of one thing, across spellings and languages."
    )
    feeds: list[Annotated[FeedModel, BeforeValidator(_expand_feed)]] = Field(default=[], description="What to watch.")
    opml: list[Text] = Field(default=[], description="OPML files with further feeds.")
    digests: list[DigestModel] | None = Field(
        default=None,
        description=f"What you get; default: `daily`, all topics, {DEFAULT_SCHEDULE} UTC, html: {DEFAULT_SITE}",
    )
    email: EmailModel | None = Field(default=None, description="The mail server for `deliver: - email:`.")
    llm: LlmModel | None = Field(default=None, description="A language model for one-line abstracts; default: none.")
    fetch: FetchModel = Field(default=FetchModel(), description="Manners and limits of the HTTP client.")
    archive: ArchiveModel | None = Field(default=None, description="Web archives of all answers; default: none.")
    store: Annotated[str, PlainValidator(values.parse_store), _text_schema()] = Field(
        default=DEFAULT_STORE, description="sqlite:///FILE or postgresql://USER@HOST/NAME."
    )
    templates: Text | None = Field(default=None, description="Folder with templates that replace the shipped ones.")
    public_url: WebAddress | None = Field(
        default=None, description="Address at which the pages can be read; mails and notices then link to them."
    )


# Where each model stands, by path; None is any index.
SECTIONS: dict[tuple[str | None, ...], type[BaseModel]] = {
    (): ConfigModel,
    ("topics", None): TopicModel,
    ("feeds", None): FeedModel,
    ("digests", None): DigestModel,
    ("digests", None, "deliver", None): ChannelModel,
    ("email",): EmailModel,
    ("llm",): LlmModel,
    ("fetch",): FetchModel,
    ("archive",): ArchiveModel,
}


def keys_at(path: tuple[Step, ...]) -> tuple[str, ...]:
    """The keys that a mapping at *path* may have; none where no mapping belongs."""
    model = SECTIONS.get(tuple(None if isinstance(step, int) else step for step in path))
    return _keys(model) if model else ()


_MAX_PLACES = 2


def section_of(key: str) -> str | None:
    """The place in the file where *key* belongs, or the two where it may; None if there is none or more."""
    places = [_spell(place) for place, model in SECTIONS.items() if key in _keys(model)]
    return " or ".join(sorted(places)) if 1 <= len(places) <= _MAX_PLACES else None


def _keys(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _spell(place: tuple[str | None, ...]) -> str:
    return ".".join(step for step in place if step) or "the top level"


def _is_shown(default: object) -> bool:
    """False for a default that is not written in the file as the program holds it: none, a section, seconds."""
    return isinstance(default, bool | int | str) or default == [] or default == _HALF


class _WithoutNull(GenerateJsonSchema):
    """A key without a value is a mistake, so absence is no ``null`` in the schema either."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        if _is_shown(made.get("default")):
            return made
        return {key: value for key, value in made.items() if key != "default"}


def build_json_schema() -> dict[str, object]:
    """The schema of the whole file, self-contained, draft 2020-12."""
    schema = ConfigModel.model_json_schema(by_alias=True, mode="validation", schema_generator=_WithoutNull)
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": "Configuration of monitor (feeds.yaml)"}
