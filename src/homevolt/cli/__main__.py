"""`python -m homevolt.cli` does what `homevolt` does."""

from homevolt.cli import main

if __name__ == "__main__":
    main()
