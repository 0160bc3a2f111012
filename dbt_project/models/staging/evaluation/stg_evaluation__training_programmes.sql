select
    programme_id,
    programme_name,
    training_type_code,
    method,
    hours_jp,
    competency_codes,
    target_level,
    capacity,
    cost_per_participant_idr,
    provider,
    first_delivery_on,
    last_delivery_on
from {{ source('evaluation', 'training_programmes') }}
