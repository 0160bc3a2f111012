select
    unit_id,
    unit_name,
    parent_unit_id,
    unit_type,
    echelon_code,
    area_code,
    is_service_unit,
    first_delivery_on,
    last_delivery_on
from {{ source('hr', 'units') }}
