"""What the shell shows: formatting, tables, the status view and JSON documents."""
