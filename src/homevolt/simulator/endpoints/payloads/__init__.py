"""The JSON of every endpoint, one function each, written without any help of the client."""
