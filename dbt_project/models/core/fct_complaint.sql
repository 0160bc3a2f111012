with latest_complaints as (

    {{ latest_delivered(
        ref('stg_feedback__complaints'),
        ['tracking_id'],
        [
            'tracking_id',
            'unit_id',
            'received_at',
            'forwarded_at',
            'responded_at',
            'closed_at',
            'classification',
            'category',
            'status',
            'channel',
            'area_code',
        ]
    ) }}

)

select
    {{ surrogate_key(['complaints.tracking_id']) }} as complaint_key,
    complaints.tracking_id,
    complaints.unit_id,
    complaints.received_at,
    complaints.forwarded_at,
    complaints.responded_at,
    complaints.closed_at,
    complaints.classification,
    complaints.category,
    complaints.status,
    complaints.channel,
    complaints.area_code,
    {{ working_days_after('received_days', 'responded_days') }} as working_days_to_first_response,
    {{ working_days_after('received_days', 'closed_days') }} as working_days_to_close
from latest_complaints as complaints
left join {{ ref('dim_date') }} as received_days
    on cast(complaints.received_at as date) = received_days.date_on
left join {{ ref('dim_date') }} as responded_days
    on cast(complaints.responded_at as date) = responded_days.date_on
left join {{ ref('dim_date') }} as closed_days
    on cast(complaints.closed_at as date) = closed_days.date_on
