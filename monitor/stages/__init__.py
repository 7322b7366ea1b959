"""The decisions: pure functions that a test can pin. What they know comes as arguments, what they decide goes out as values."""
