"""Figures of the portal: charts drawn on the server."""
