"""The devices that have a name: their file, their passwords, and the one a command is about."""
