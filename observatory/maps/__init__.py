"""Places on a map: quadkeys, clusters of any located query, contours, tiles."""
