"""Frames in and out: exact takes, imported clips and pictures, segments, the stitched film, its sound."""
