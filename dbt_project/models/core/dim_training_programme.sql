{% set attributes = [
    'programme_name',
    'training_type_code',
    'method',
    'hours_jp',
    'target_level',
    'capacity',
    'cost_per_participant_idr',
    'provider',
] %}

with deliveries_of_programmes as (

    select
        delivery_no,
        delivery_on
    from {{ ref('int_refresh__deliveries') }}
    where extract = 'evaluation/training_programmes'

),

programmes_in_each_delivery as (

    select
        programmes.programme_id,
        {% for column in attributes %}
            programmes.{{ column }},
        {% endfor %}
        deliveries_of_programmes.delivery_no as first_no,
        deliveries_of_programmes.delivery_no as last_no
    from {{ ref('stg_evaluation__training_programmes') }} as programmes
    inner join deliveries_of_programmes
        on programmes.delivery_on = deliveries_of_programmes.delivery_on

),

versions_of_programmes as (

    {{ history_from_pieces('programmes_in_each_delivery', 'deliveries_of_programmes', 'programme_id', attributes) }}

)

select
    {{ surrogate_key(['programme_id', 'valid_from']) }} as programme_version_key,
    programme_id,
    programme_name,
    training_type_code,
    method,
    hours_jp,
    target_level,
    capacity,
    cost_per_participant_idr,
    provider,
    valid_from,
    valid_to,
    is_current
from versions_of_programmes
