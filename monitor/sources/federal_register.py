"""The kind ``federal-register``: documents of the US Federal Register's JSON API as entries.

Source: federalregister.gov/developers/documentation/api/v1, ``/documents.json``.
"""

from __future__ import annotations

from monitor.errors import ParseError
from monitor.model import Entry, ParsedFeed, Response
from monitor.sources.dates import parse_date
from monitor.sources.fields import summary_of, text_or_none, title_of
from monitor.sources.jsonfeed import Json, entry_dicts, read_json, truncation_problem
from monitor.text.urls import resolve

ACCEPT = "application/json"


def parse_federal_register(response: Response) -> ParsedFeed:
    """The documents in *response*. ParseError ``not_a_feed`` if it holds none of the API's lists.

    A summary opens with type, number and agencies, since the number is what tells two like rules apart.
    """
    value = read_json(response)
    if not is_federal_register(value):
        raise ParseError(response.url, "not_a_feed", "the JSON has no list `results` of Federal Register documents")
    results = value.get("results", []) if isinstance(value, dict) else []
    return ParsedFeed(
        kind="federal-register",
        title="Federal Register",
        entries=tuple(_entry(item, response.url, position) for position, item in enumerate(entry_dicts(results))),
        language="en",
        site_url="https://www.federalregister.gov/",
        problems=truncation_problem(results),
    )


def is_federal_register(value: object) -> bool:
    """True for an answer of the documents API; a search without hits has a count of 0 and no list."""
    if not isinstance(value, dict):
        return False
    results = value.get("results")
    if results is None:
        return value.get("count") == 0
    return isinstance(results, list) and all(
        isinstance(item, dict) and "document_number" in item for item in results[:3]
    )


def _entry(item: Json, base: str, position: int) -> Entry:
    number = text_or_none(item.get("document_number"))
    kind = text_or_none(item.get("type")) or "Document"
    agencies = [
        name
        for agency in entry_dicts(item.get("agencies"))
        if (name := text_or_none(agency.get("name")) or text_or_none(agency.get("raw_name")))
    ]
    heading = " ".join(part for part in (kind, number) if part)
    if agencies:
        heading += f" ({', '.join(agencies)})"
    abstract = summary_of(text_or_none(item.get("abstract")))
    return Entry(
        url=resolve(base, text_or_none(item.get("html_url"))),
        title=title_of(text_or_none(item.get("title"))),
        guid=number,
        summary=f"{heading}. {abstract}" if abstract else f"{heading}.",
        authors=tuple(agencies),
        published_at=parse_date(text_or_none(item.get("publication_date"))),
        language="en",
        position=position,
    )
