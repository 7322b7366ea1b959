"""The sentence encoder: the only place that knows which model gives the vectors."""

from monitor.meaning.cache import CachingEmbedder, VectorCache
from monitor.meaning.encoder import SentenceEncoder, background_sentences

__all__ = ["CachingEmbedder", "SentenceEncoder", "VectorCache", "background_sentences"]
