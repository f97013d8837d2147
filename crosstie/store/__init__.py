"""Where things are kept: originals, statements, builds, people's decisions and the audit; and the engine that computes over them.

- vault: originals by their SHA-256, never altered
- sources: what each original says, as Parquet, one folder per source
- builds: what was computed, one numbered folder per build, switched in atomically
- casebook: judgements, in SQLite or PostgreSQL
- audit: who did and saw what, hash-chained, beside the casebook
- engine, engines: SQL over Parquet with one verb for Python, `map`; on DuckDB, or on a Spark cluster
"""
