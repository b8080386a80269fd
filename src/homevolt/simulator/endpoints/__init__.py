"""What each address of the device answers, free of any HTTP library."""
