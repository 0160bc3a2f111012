with latest_requests as (

    {{ latest_delivered(
        ref('stg_feedback__service_requests'),
        ['request_id'],
        [
            'request_id',
            'unit_id',
            'service_name',
            'received_at',
            'finished_at',
        ]
    ) }}

)

select
    {{ surrogate_key(['requests.request_id']) }} as request_key,
    requests.request_id,
    {{ surrogate_key(['requests.unit_id', fold_text('requests.service_name')]) }} as service_key,
    requests.unit_id,
    {{ clean_blanks('requests.service_name') }} as service_name,
    requests.received_at,
    requests.finished_at,
    {{ working_days_after('received_days', 'finished_days') }} as working_days_to_finish
from latest_requests as requests
left join {{ ref('dim_date') }} as received_days
    on cast(requests.received_at as date) = received_days.date_on
left join {{ ref('dim_date') }} as finished_days
    on cast(requests.finished_at as date) = finished_days.date_on
