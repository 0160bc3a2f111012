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

pieces_of_programmes as (

    {{ snapshot_pieces(
        ref('stg_evaluation__training_programmes'), 'deliveries_of_programmes', ['programme_id'] + attributes
    ) }}

),

versions_of_programmes as (

    {{ history_from_pieces('pieces_of_programmes', 'deliveries_of_programmes', 'programme_id', attributes) }}

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
