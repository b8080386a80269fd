"""The device's console: from the text of a command to the text of its reply."""
