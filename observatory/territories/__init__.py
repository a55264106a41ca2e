"""The official geography (COG), the territories that it lacks, their contours and the public bodies."""
