"""The JSON documents of the device, one module per family."""
