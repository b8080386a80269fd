"""The answers of the device's addresses, without any HTTP library."""
