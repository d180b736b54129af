"""`python -m verify` is the command `gradproof`."""

from verify.cli import main

main()
