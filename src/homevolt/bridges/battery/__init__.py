"""The battery as other controllers drive it: by one of five words, for a while."""
