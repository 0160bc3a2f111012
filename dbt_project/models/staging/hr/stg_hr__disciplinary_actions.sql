select
    action_id,
    employee_key,
    penalty_code,
    decided_on,
    ended_on,
    first_delivery_on,
    last_delivery_on
from {{ source('hr', 'disciplinary_actions') }}
