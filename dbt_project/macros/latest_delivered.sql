{#
    The rows of `relation` without those that a later delivery replaced: of all rows with the same `key` (a list of
    columns) the one of the greatest delivery date stays, within a delivery that of the last file and row. `columns` are
    the columns to select.
#}
{% macro latest_delivered(relation, key, columns) %}
    select
        {{ columns | join(',\n        ') }}
    from (
        select
            {{ columns | join(',\n            ') }},
            row_number() over (
                partition by {{ key | join(', ') }}
                order by
                    delivery_on desc nulls last,
                    source_row desc nulls last,
                    source_file desc nulls last
            ) as recency
        from {{ relation }}
    ) as ranked
    where recency = 1
{% endmacro %}
