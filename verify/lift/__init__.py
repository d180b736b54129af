"""The lift: one program read with exact numbers in place of floats (design, section 3)."""
