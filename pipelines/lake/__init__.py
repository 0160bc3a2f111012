"""The lake: Parquet, one folder for each delivery, replaced whole. Nothing here knows files of offices or Dagster."""
