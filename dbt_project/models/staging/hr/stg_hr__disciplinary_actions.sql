select
    action_id,
    employee_key,
    penalty_code,
    decided_on,
    ended_on,
    delivery_on,
    source_file,
    source_row
from {{ source('hr', 'disciplinary_actions') }}
