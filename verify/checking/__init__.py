"""Judge gradients that somebody wrote: `check` and what it asks."""
