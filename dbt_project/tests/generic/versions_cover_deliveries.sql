{#
    What it is: the versions of each key hold for as many deliveries as the key was delivered in: none is left out, and
    beyond them only those in which the row of the key was rejected and its state carried on. With versions_do_not_overlap:
    history has neither a hole nor a fold. Only versions that are `counted` (a condition on `versions`) count.
    When it matters: always; whoever is in a hole is in no figure of that time.
    How to resolve it: compare the versions of the key with the deliveries that hold it; mend history_from_pieces.
    Who mends it: whoever maintains the pipeline.
#}
{% test versions_cover_deliveries(model, key, delivered, rejected, extract, counted='true') %}
    {%- set for_ever = "cast('9999-12-31' as date)" %}
    with deliveries as (

        select
            delivery_no,
            delivery_on
        from {{ ref('int_refresh__deliveries') }}
        where extract = '{{ extract }}'

    ),

    delivered_keys as (

        select
            held.{{ key }},
            sum(last_deliveries.delivery_no - first_deliveries.delivery_no + 1) as n_delivered
        from {{ delivered }} as held
        inner join deliveries as first_deliveries
            on held.first_delivery_on = first_deliveries.delivery_on
        inner join deliveries as last_deliveries
            on held.last_delivery_on = last_deliveries.delivery_on
        group by held.{{ key }}

    ),

    rejected_keys as (

        select
            record_key as {{ key }},
            count(distinct delivery_on) as n_rejected
        from {{ rejected }}
        where record_key is not null
        group by record_key

    ),

    {# A version may begin on the day of another extract, as where the unit above comes into being with the first person in it. #}
    days as (

        select
            changes.changed_on,
            count(deliveries.delivery_on) as n_before
        from (
            select valid_from as changed_on
            from {{ model }}
            union
            select coalesce(valid_to, {{ for_ever }}) as changed_on
            from {{ model }}
        ) as changes
        left join deliveries
            on changes.changed_on > deliveries.delivery_on
        group by changes.changed_on

    ),

    held_keys as (

        select
            versions.{{ key }},
            sum(last_days.n_before - first_days.n_before) as n_held
        from {{ model }} as versions
        inner join days as first_days
            on versions.valid_from = first_days.changed_on
        inner join days as last_days
            on coalesce(versions.valid_to, {{ for_ever }}) = last_days.changed_on
        where {{ counted }}
        group by versions.{{ key }}

    )

    select
        delivered_keys.{{ key }},
        delivered_keys.n_delivered,
        rejected_keys.n_rejected,
        held_keys.n_held
    from delivered_keys
    left join rejected_keys
        on delivered_keys.{{ key }} = rejected_keys.{{ key }}
    left join held_keys
        on delivered_keys.{{ key }} = held_keys.{{ key }}
    where
        held_keys.n_held is null
        or held_keys.n_held < delivered_keys.n_delivered
        or held_keys.n_held > delivered_keys.n_delivered + coalesce(rejected_keys.n_rejected, 0)
{% endtest %}
