"""Models that say which concepts a side shows: shared by the kinds that do so."""
