"""Articles in files: the corpus the reader knows, and archives to import."""

from monitor.library.files import load_library
from monitor.library.items import Library, LibraryItem
from monitor.library.webarchives import is_web_archive
from monitor.stages.documents import SUFFIXES

__all__ = ["SUFFIXES", "Library", "LibraryItem", "is_web_archive", "load_library"]
