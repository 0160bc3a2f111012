{{ config(materialized='table') }}

with delivered_units as (

    select
        unit_id,
        unit_name,
        unit_type,
        parent_unit_id,
        coalesce(is_service_unit, false) as is_service_unit,
        echelon_code,
        area_code,
        first_delivery_on,
        last_delivery_on
    from {{ ref('stg_hr__units') }}

)

select *
from (

    {{ history_of_snapshots(
        'delivered_units',
        ref('stg_hr__units_rejected'),
        'hr/units',
        'unit_id',
        ['unit_name', 'unit_type', 'parent_unit_id', 'is_service_unit', 'echelon_code', 'area_code']
    ) }}

) as states
