{#
    What snapshots held, as pieces for history_from_pieces.

    `rows`         relation with `columns`, first_delivery_on and last_delivery_on: held in every delivery between the two.
    `deliveries`   relation with delivery_no and delivery_on, see history_from_pieces.
    `columns`      list of columns to select.
#}
{% macro snapshot_pieces(rows, deliveries, columns) %}
    select
        {% for column in columns %}
            held.{{ column }},
        {% endfor %}
        first_deliveries.delivery_no as first_no,
        last_deliveries.delivery_no as last_no
    from {{ rows }} as held
    inner join {{ deliveries }} as first_deliveries
        on held.first_delivery_on = first_deliveries.delivery_on
    inner join {{ deliveries }} as last_deliveries
        on held.last_delivery_on = last_deliveries.delivery_on
{% endmacro %}
