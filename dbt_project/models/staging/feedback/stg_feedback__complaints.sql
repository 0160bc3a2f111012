select
    tracking_id,
    received_at,
    forwarded_at,
    responded_at,
    closed_at,
    classification,
    category,
    unit_id,
    status,
    channel,
    area_code,
    report_text,
    delivery_on,
    source_file,
    source_row
from {{ source('feedback', 'complaints') }}
