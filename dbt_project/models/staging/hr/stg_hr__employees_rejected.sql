select
    delivery_on,
    record_key
from {{ source('hr', 'employees_rejected') }}
