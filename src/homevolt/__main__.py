"""`python -m homevolt` does what `homevolt` does."""

from homevolt.cli.program import main

if __name__ == "__main__":
    main()
