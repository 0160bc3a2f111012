"""The warehouse built: dbt in parts, the Python steps between them, on DuckDB or with Spark as the engine."""
