"""Algorithms on strings that know nothing of news."""
