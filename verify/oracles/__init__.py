"""One oracle a file: each says what it compares, what it is independent of, and where its bound comes from."""
