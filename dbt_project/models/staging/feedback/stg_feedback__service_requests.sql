select
    request_id,
    unit_id,
    service_name,
    received_at,
    finished_at,
    delivery_on,
    source_file,
    source_row
from {{ source('feedback', 'service_requests') }}
