select
    delivery_on,
    record_key
from {{ source('hr', 'units_rejected') }}
