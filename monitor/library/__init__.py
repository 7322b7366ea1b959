"""Articles in files: the corpus the reader knows, and archives to import."""

from monitor.library.files import load_library
from monitor.library.items import SUFFIXES, Library, LibraryItem
from monitor.library.webarchives import is_web_archive

__all__ = ["SUFFIXES", "Library", "LibraryItem", "is_web_archive", "load_library"]
