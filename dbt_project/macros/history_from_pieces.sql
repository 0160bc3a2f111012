{#
    History (SCD2) from dated snapshots, by gaps and islands.

    `pieces`       relation with the columns of `key` and `attributes`, `first_no` and `last_no`: the attributes held in
                   each delivery from number first_no to number last_no. Pieces of one key never overlap.
    `deliveries`   relation with delivery_no (1, 2, 3 ... without a hole) and delivery_on: the accepted deliveries.
    `key`          column that identifies what has a history; never empty.
    `attributes`   list of columns whose change makes a version.

    A version runs from the delivery in which it first holds to the next delivery in which it does not (half-open);
    valid_to is NULL where it holds in the latest delivery. Days without a delivery break nothing, because deliveries are
    counted, not days. The result depends on the set of deliveries alone, not on the order of their arrival.
#}
{% macro history_from_pieces(pieces, deliveries, key, attributes) %}
    {%- set columns = [key] + attributes %}
    with {{ pieces_put_together(pieces, key, columns) }}

    select
        {% for column in columns %}
            islands.{{ column }},
        {% endfor %}
        first_delivery.delivery_on as valid_from,
        next_delivery.delivery_on as valid_to,
        next_delivery.delivery_on is null as is_current
    from islands
    inner join {{ deliveries }} as first_delivery
        on islands.first_no = first_delivery.delivery_no
    left join {{ deliveries }} as next_delivery
        on islands.last_no + 1 = next_delivery.delivery_no
{% endmacro %}

{#
    The common table `islands` for history_from_pieces: pieces of one key with the same attributes that follow each other without a gap are
    one. The last number of a piece less the deliveries covered so far is the same for all of these.
#}
{% macro pieces_put_together(pieces, key, columns) %}
    {{ return(adapter.dispatch('pieces_put_together')(pieces, key, columns)) }}
{% endmacro %}
{# It reads the pieces once: Spark works out a common table anew wherever it is read. #}
{% macro default__pieces_put_together(pieces, key, columns) %}
    islands as (

        select
            {{ columns | join(',\n            ') }},
            min(first_no) as first_no,
            max(last_no) as last_no
        from (
            select
                {{ columns | join(',\n                ') }},
                first_no,
                last_no,
                last_no - sum(last_no - first_no + 1) over (
                    partition by {{ columns | join(', ') }}
                    order by first_no asc nulls last
                    rows between unbounded preceding and current row
                ) as island
            from {{ pieces }}
        ) as numbered_pieces
        group by {{ columns | join(', ') }}, island

    )
{% endmacro %}
{#
    Most keys never come back to attributes they held before, nor after an absence; for them a plain aggregate is the whole answer. Only the
    pieces of the other keys are numbered.
#}
{% macro duckdb__pieces_put_together(pieces, key, columns) %}
    runs as (

        select
            {{ columns | join(',\n            ') }},
            min(first_no) as first_no,
            max(last_no) as last_no,
            sum(last_no - first_no + 1) as n_deliveries
        from {{ pieces }}
        group by {{ columns | join(', ') }}

    ),

    keys_with_gaps as (

        select distinct {{ key }}
        from runs
        where n_deliveries < last_no - first_no + 1

    ),

    numbered_pieces as (

        select
            {% for column in columns %}
                pieces.{{ column }},
            {% endfor %}
            pieces.first_no,
            pieces.last_no,
            pieces.last_no - sum(pieces.last_no - pieces.first_no + 1) over (
                partition by pieces.{{ columns | join(', pieces.') }}
                order by pieces.first_no asc nulls last
                rows between unbounded preceding and current row
            ) as island
        from {{ pieces }} as pieces
        inner join keys_with_gaps
            on pieces.{{ key }} = keys_with_gaps.{{ key }}

    ),

    islands as (

        select
            {% for column in columns %}
                runs.{{ column }},
            {% endfor %}
            runs.first_no,
            runs.last_no
        from runs
        left join keys_with_gaps
            on runs.{{ key }} = keys_with_gaps.{{ key }}
        where keys_with_gaps.{{ key }} is null
        union all
        select
            {{ columns | join(',\n            ') }},
            min(first_no) as first_no,
            max(last_no) as last_no
        from numbered_pieces
        group by {{ columns | join(', ') }}, island

    )
{% endmacro %}
