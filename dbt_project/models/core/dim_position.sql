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

pieces_of_positions as (

    {{ snapshot_pieces(ref('stg_hr__positions'), 'deliveries_of_positions', ['position_id'] + attributes) }}

),

versions_of_positions as (

    {{ history_from_pieces('pieces_of_positions', 'deliveries_of_positions', 'position_id', attributes) }}

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
