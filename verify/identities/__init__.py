"""Identities: whether the claimed derivative of a formula is true, true only if, or false, and what shows it."""
