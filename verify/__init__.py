"""The judge: lifts programs into exact arithmetic, asks the oracles, and returns verdicts with evidence."""
