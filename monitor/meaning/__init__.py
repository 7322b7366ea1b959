"""The sentence encoder: the only place that knows which model gives the vectors."""

from monitor.meaning.encoder import SentenceEncoder

__all__ = ["SentenceEncoder"]
