{{ config(materialized='table') }}

select
    served.unit_id,
    served.quarter,
    served.state_on,
    employees.employee_key
from {{ ref('int_service__units_by_quarter') }} as served
inner join {{ ref('int_units__ancestors') }} as ancestors
    on
        served.unit_id = ancestors.ancestor_unit_id
        and {{ mart_in_force('ancestors', 'served.state_on') }}
inner join {{ ref('int_competency__employees_by_quarter') }} as employees
    on
        ancestors.unit_id = employees.unit_id
        and served.quarter = employees.quarter
