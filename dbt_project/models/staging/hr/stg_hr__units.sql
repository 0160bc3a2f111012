select
    unit_id,
    unit_name,
    parent_unit_id,
    unit_type,
    echelon_code,
    area_code,
    is_service_unit,
    delivery_on,
    source_file,
    source_row
from {{ source('hr', 'units') }}
