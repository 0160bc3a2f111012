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
    delivery_on,
    source_file,
    source_row
from {{ source('evaluation', 'training_programmes') }}
