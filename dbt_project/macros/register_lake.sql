{#
    What the sources lie in, made known to an engine that does not read files by their names: on-run-start.

    DuckDB reads each source where its `external_location` says. Spark reads tables: here each source becomes one, over the same files,
    with the columns that the source declares. A column that an older file lacks is empty, and the rows of files without rows are none.
    Made anew in each run, because Spark remembers which files a table has. Dropping such a table leaves its files alone.

    WAREHOUSE_SPARK_HOME is WAREHOUSE_HOME as the workers of the cluster see it: a path that all of them have, or any address that
    Hadoop knows (s3a://, hdfs://, abfss://).
#}
{% macro register_lake() %}{{ return(adapter.dispatch('register_lake')()) }}{% endmacro %}
{% macro default__register_lake() %}{{ return('') }}{% endmacro %}
{% macro spark__register_lake() %}
    {%- if execute -%}
        {%- set home = env_var('WAREHOUSE_HOME', '../var') -%}
        {%- set seen_home = env_var('WAREHOUSE_SPARK_HOME', home) or home -%}
        {%- set schemas = [] -%}
        {%- for source in graph.sources.values() if source.config.meta.get('external_location') -%}
            {%- set table = source.schema ~ '.' ~ source.identifier -%}
            {%- set parts = (source.config.meta['external_location'].split("'")[1] | replace(home, seen_home, 1)).split('/') -%}
            {%- set files = parts | last -%}
            {%- set folder = parts[:-1] | reject('equalto', '**') | join('/') -%}
            {%- set columns = [] -%}
            {%- for column in source.columns.values() -%}
                {%- do columns.append(column.name ~ ' ' ~ ('string' if column.data_type == 'varchar' else column.data_type)) -%}
            {%- endfor -%}
            {%- if source.schema not in schemas -%}
                {%- do run_query('create schema if not exists ' ~ source.schema) -%}
                {%- do schemas.append(source.schema) -%}
            {%- endif -%}
            {%- do run_query('drop table if exists ' ~ table) -%}
            {%- do run_query(
                'create table ' ~ table ~ ' (' ~ columns | join(', ') ~ ") using parquet options (path '" ~ folder
                ~ "', pathGlobFilter '" ~ files ~ "', recursiveFileLookup 'true')"
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}
