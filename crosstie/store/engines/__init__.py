"""The engines: DuckDB on one machine, Spark on many."""
