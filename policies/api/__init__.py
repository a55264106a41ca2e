"""The third floor in the API: instruments and their limits, schemes and calls, agreements and stakes.

- ``parts``: the shapes that several resources share, and how their rows are read;
- one module for each pair of resources.
"""
