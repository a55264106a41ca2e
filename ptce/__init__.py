"""The territorial poles of economic cooperation (law of 31 July 2014, art. 9)."""
