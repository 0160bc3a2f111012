{% set attributes = [
    'position_name',
    'position_type_code',
    'job_level',
    'echelon_code',
    'position_class',
    'government_affair',
] %}

with deliveries_of_positions as (

    select
        delivery_no,
        delivery_on
    from {{ ref('int_refresh__deliveries') }}
    where extract = 'hr/positions'

),

positions_in_each_delivery as (

    select
        positions.position_id,
        {% for column in attributes %}
            positions.{{ column }},
        {% endfor %}
        deliveries_of_positions.delivery_no as first_no,
        deliveries_of_positions.delivery_no as last_no
    from {{ ref('stg_hr__positions') }} as positions
    inner join deliveries_of_positions
        on positions.delivery_on = deliveries_of_positions.delivery_on

),

versions_of_positions as (

    {{ history_from_pieces('positions_in_each_delivery', 'deliveries_of_positions', 'position_id', attributes) }}

)

select
    {{ surrogate_key(['position_id', 'valid_from']) }} as position_version_key,
    position_id,
    position_name,
    position_type_code,
    job_level,
    echelon_code,
    position_class,
    government_affair,
    valid_from,
    valid_to,
    is_current
from versions_of_positions
