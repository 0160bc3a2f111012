select
    position_id,
    position_name,
    position_type_code,
    job_level,
    echelon_code,
    position_class,
    government_affair,
    first_delivery_on,
    last_delivery_on
from {{ source('hr', 'positions') }}
