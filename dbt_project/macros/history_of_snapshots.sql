{#
    History (SCD2) from snapshots of which some rows were rejected.

    `rows`         relation with `key`, `attributes`, first_delivery_on and last_delivery_on: the accepted rows.
    `rejected`     relation with record_key and delivery_on: whose row was rejected in which delivery.
    `extract`      the extract, as int_refresh__deliveries names it.
    `key`          column that identifies what has a history; never empty.
    `attributes`   list of columns whose change makes a version.

    A rejected row says that its subject is still there and nothing else that can be trusted, so it carries the last
    accepted state on; before the first accepted row it says nothing. Two steps, because the second needs little: the states
    that the accepted rows give, then those states and the rejected rows, each with the state before it, put together again.
#}
{% macro history_of_snapshots(rows, rejected, extract, key, attributes) %}
    {%- set columns = [key] + attributes %}
    with deliveries as (

        select
            delivery_no,
            delivery_on
        from {{ ref('int_refresh__deliveries') }}
        where extract = '{{ extract }}'

    ),

    delivered_pieces as (

        {{ snapshot_pieces(rows, 'deliveries', columns) }}

    ),

    accepted_states as (

        {{ history_from_pieces('delivered_pieces', 'deliveries', key, attributes) }}

    ),

    latest_delivery as (

        select max(delivery_no) as delivery_no
        from deliveries

    ),

    accepted_pieces as (

        select
            {% for column in columns %}
                accepted_states.{{ column }},
            {% endfor %}
            first_delivery.delivery_no as first_no,
            coalesce(next_delivery.delivery_no - 1, latest_delivery.delivery_no) as last_no
        from accepted_states
        cross join latest_delivery
        inner join deliveries as first_delivery
            on accepted_states.valid_from = first_delivery.delivery_on
        left join deliveries as next_delivery
            on accepted_states.valid_to = next_delivery.delivery_on

    ),

    rejections as (

        select distinct
            rejected_rows.record_key as {{ key }},
            deliveries.delivery_no
        from {{ rejected }} as rejected_rows
        inner join deliveries
            on rejected_rows.delivery_on = deliveries.delivery_on
        where rejected_rows.record_key is not null

    ),

    rejections_with_earlier_states as (

        select
            rejections.delivery_no,
            accepted_pieces.*,
            row_number() over (
                partition by rejections.{{ key }}, rejections.delivery_no
                order by accepted_pieces.first_no desc nulls last
            ) as recency
        from rejections
        inner join accepted_pieces
            on
                rejections.{{ key }} = accepted_pieces.{{ key }}
                and rejections.delivery_no >= accepted_pieces.first_no

    ),

    accepted_and_carried_pieces as (

        select
            {{ columns | join(',\n            ') }},
            first_no,
            last_no
        from accepted_pieces
        union all
        select
            {{ columns | join(',\n            ') }},
            delivery_no as first_no,
            delivery_no as last_no
        from rejections_with_earlier_states
        where
            recency = 1
            and delivery_no > last_no

    ),

    versions as (

        {{ history_from_pieces('accepted_and_carried_pieces', 'deliveries', key, attributes) }}

    )

    select
        {{ columns | join(',\n        ') }},
        valid_from,
        valid_to,
        is_current
    from versions
{% endmacro %}
