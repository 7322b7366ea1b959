"""Self-hosted news monitoring: only what is new on your topics, and why.

The reader has read a set of articles, the corpus. The monitor fetches new
articles, leaves out what repeats the corpus or anything seen before, and
composes editions of what is new, sentence by sentence. The layout is explained
in docs/architecture.md; the two commands to start with are ``monitor fetch``
and ``monitor digest``.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
