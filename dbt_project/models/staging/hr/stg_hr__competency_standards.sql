select
    position_class,
    position_id,
    competency_code,
    competency_name,
    required_level,
    valid_from,
    delivery_on,
    source_file,
    source_row
from {{ source('hr', 'competency_standards') }}
