{#
    The rows of `relation` without those that a later delivery replaced: of all rows with the same `key` (a list of
    columns) the one of the greatest delivery date stays, within a delivery that of the last file and row. `columns` are
    the columns to select. Of a snapshot, whose rows come with the deliveries that hold them, the one held last stays.
#}
{% macro latest_delivered(relation, key, columns, is_snapshot=false) %}
    select
        {{ columns | join(',\n        ') }}
    from (
        select
            {{ columns | join(',\n            ') }},
            row_number() over (
                partition by {{ key | join(', ') }}
                order by
                    {% if is_snapshot %}
                        last_delivery_on desc nulls last
                    {% else %}
                        delivery_on desc nulls last,
                        source_file desc nulls last,
                        source_row desc nulls last
                    {% endif %}
            ) as recency
        from {{ relation }}
    ) as ranked
    where recency = 1
{% endmacro %}
