"""The directory: organisations, what they are, where they are, who says so."""
