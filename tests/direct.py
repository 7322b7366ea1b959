"""A reader without worker processes, for texts that the tests wrote themselves."""

from monitor.model import Document, Entry, Feed, Page, ParsedFeed, Response
from monitor.stages.documents import read_documents


class DirectReader:
    """Implements ``ports.Reader`` for files."""

    async def read_documents(self, body: bytes, suffix: str, *, name: str) -> tuple[Document, ...]:
        return read_documents(body, suffix)

    async def read_html(self, html: str, url: str | None, entry: Entry | None) -> Page:
        raise NotImplementedError

    async def read_page(self, response: Response, entry: Entry | None) -> Page:
        raise NotImplementedError

    async def parse_feed(self, feed: Feed, response: Response) -> ParsedFeed:
        raise NotImplementedError
