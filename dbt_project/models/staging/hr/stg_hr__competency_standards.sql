select
    position_class,
    position_id,
    competency_code,
    competency_name,
    required_level,
    valid_from,
    first_delivery_on,
    last_delivery_on
from {{ source('hr', 'competency_standards') }}
