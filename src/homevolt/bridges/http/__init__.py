"""The HTTP server of the bridges."""
