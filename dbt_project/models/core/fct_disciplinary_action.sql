with latest_rows as (

    {{ latest_delivered(
        ref('stg_hr__disciplinary_actions'),
        ['action_id'],
        [
            'action_id',
            'employee_key',
            'penalty_code',
            'decided_on',
            'ended_on',
            'last_delivery_on',
        ],
        is_snapshot=true
    ) }}

)

select
    {{ surrogate_key(['action_id']) }} as action_key,
    action_id,
    employee_key,
    penalty_code,
    decided_on,
    ended_on,
    last_delivery_on as delivery_on
from latest_rows
