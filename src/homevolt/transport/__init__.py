"""HTTP to one device: addresses, errors, retries and the password lockout."""
