select
    row_number,
    employee_key,
    position_name,
    unit_name,
    assessed_on,
    purpose,
    provider,
    method,
    total_delivered,
    jpm_delivered,
    category_delivered,
    development_advice,
    delivery_on,
    source_file,
    source_row
from {{ source('evaluation', 'assessments') }}
