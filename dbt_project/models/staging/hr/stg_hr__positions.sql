select
    position_id,
    position_name,
    position_type_code,
    job_level,
    echelon_code,
    position_class,
    government_affair,
    delivery_on,
    source_file,
    source_row
from {{ source('hr', 'positions') }}
