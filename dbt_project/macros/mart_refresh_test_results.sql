{#
    The results of the dbt tests of a refresh, kept as a table beside the results of the checks on deliveries.

    mart_create_refresh_test_results   on-run-start: the table exists before the view `check_results` reads it
    mart_store_refresh_test_results    on-run-end: the tests of this run replace their own earlier results, and results
                                       of tests that are no longer in the project go. A run without tests changes nothing.

    A test says in its `config.meta` what kind it is (`kind`) and how a failure is resolved (`how_to_resolve`); the plain
    tests of a column have a common answer.
#}
{% macro mart_create_refresh_test_results() %}
    {%- do run_query('create schema if not exists quality') if execute -%}
    create table if not exists quality.refresh_test_results (
        check_id {{ dbt.type_string() }},
        kind {{ dbt.type_string() }},
        severity {{ dbt.type_string() }},
        status {{ dbt.type_string() }},
        n_failed bigint,
        how_to_resolve {{ dbt.type_string() }},
        description {{ dbt.type_string() }},
        invocation_id {{ dbt.type_string() }},
        refreshed_at timestamp
    )
{% endmacro %}

{% macro mart_store_refresh_test_results(results) %}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set prefix = 'test.' ~ project_name ~ '.' -%}
    {%- set rows = [] -%}
    {%- set replaced = [] -%}
    {%- for result in results if result.node.resource_type == 'test' -%}
        {%- set node = result.node -%}
        {%- set meta = node.config.meta or {} -%}
        {%- set check_id = node.unique_id.replace(prefix, '') -%}
        {%- set generic = node.test_metadata.name if node.test_metadata else '' -%}
        {%- set kind = meta.get('kind', 'completeness' if generic == 'filled' else 'conformance') -%}
        {%- set status = 'not_applicable' if result.status | string == 'skipped' else result.status | string -%}
        {%- do replaced.append(mart_text(check_id)) -%}
        {%- do rows.append('(' ~ [
            mart_text(check_id),
            mart_text(kind),
            mart_text('warning' if node.config.severity | lower == 'warn' else 'error'),
            mart_text(status),
            result.failures if result.failures is not none else 'null',
            mart_text(meta.get('how_to_resolve') or mart_resolution(generic, node)),
            mart_text(node.description or mart_subject(generic, node)),
            mart_text(invocation_id),
            "cast('" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S') ~ "' as timestamp)"
        ] | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- if rows -%}
        {%- set known = [] -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'test' -%}
            {%- do known.append(mart_text(node.unique_id.replace(prefix, ''))) -%}
        {%- endfor -%}
        {{ mart_replace_rows(
            'quality.refresh_test_results',
            'check_id in (' ~ replaced | join(', ') ~ ') or check_id not in (' ~ known | join(', ') ~ ')',
            rows
        ) }}
    {%- endif -%}
{% endmacro %}

{# Rows of a table that fulfil a condition go, and others, written as SQL, come in their place. #}
{% macro mart_replace_rows(table, condition, rows) -%}
    {{ return(adapter.dispatch('mart_replace_rows')(table, condition, rows)) }}
{%- endmacro %}
{% macro default__mart_replace_rows(table, condition, rows) -%}
    {%- do run_query('delete from ' ~ table ~ ' where ' ~ condition) -%}
    insert into {{ table }} values
    {{ rows | join(',\n') }}
{%- endmacro %}
{% macro spark__mart_replace_rows(table, condition, rows) -%}
    {#- Parquet cannot be deleted from, and a table cannot be overwritten by what is read from it. -#}
    {%- set kept = table ~ '_kept' -%}
    {%- do run_query('drop table if exists ' ~ kept) -%}
    {%- do run_query('create table ' ~ kept ~ ' using parquet as select * from ' ~ table ~ ' where not (' ~ condition ~ ')') -%}
    {%- do run_query('insert overwrite ' ~ table ~ ' select * from ' ~ kept ~ ' union all values ' ~ rows | join(', ')) -%}
    drop table {{ kept }}
{%- endmacro %}

{# A text as a literal of SQL, NULL when there is none. #}
{% macro mart_text(value) -%}
    {{- return(text_literal(value | string | replace('\n', ' ') | trim) if value else 'null') -}}
{%- endmacro %}

{# What a generic test is about: `unique of dim_unit.unit_id`. #}
{% macro mart_subject(generic, node) -%}
    {%- set model = (node.attached_node or '').split('.') | last -%}
    {{- return((generic or node.name) ~ ' of ' ~ model ~ ('.' ~ node.column_name if node.column_name else '')) -}}
{%- endmacro %}

{# How a failure of a plain generic test is resolved, where the test itself does not say. #}
{% macro mart_resolution(generic, node) -%}
    {%- set subject = (node.attached_node or '').split('.') | last ~ ('.' ~ node.column_name if node.column_name else '') -%}
    {%- set answers = {
        'filled': 'Find the rows of ' ~ subject ~ ' with an empty column and the delivery they came from; mend that or the model.',
        'unique': 'Find the values that ' ~ subject ~ ' repeats; mend the key or the choice of the latest row.',
        'accepted_values': 'Add the new value of ' ~ subject ~ ' to the list, or map its spelling in the contract.',
        'relationships': 'Find the values of ' ~ subject ~ ' that the other table lacks; deliver or seed them.'
    } -%}
    {{- return(answers.get(generic)) -}}
{%- endmacro %}
