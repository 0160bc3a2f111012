select
    employee_key,
    assessed_on,
    purpose,
    competency_code,
    assessed_level,
    delivery_on,
    source_file,
    source_row
from {{ source('evaluation', 'assessment_levels') }}
