"""The database: feeds, articles, stories, editions and the outbox behind the ports, on SQLite or PostgreSQL.

One set of SQLAlchemy Core statements serves both; where they differ (upsert, full-text index, locks) the
difference is in ``dialect``, ``search`` and ``lock``. Bodies are compressed JSON, see ``bodies``; what is
queried stands in columns. ``database`` explains how transactions begin and why.
"""

from monitor.store.open import open_store

__all__ = ["open_store"]
