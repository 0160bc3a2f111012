{{ config(materialized='table') }}

with versions as (

    select
        employees.*,
        row_number() over (
            partition by employees.employee_key
            order by employees.valid_from asc nulls last
        ) as place
    from {{ ref('dim_employee') }} as employees

),

first_states as (

    select
        employee_key,
        valid_from,
        unit_id,
        employment_status,
        position_type_code,
        education_level_code,
        birth_year,
        appointed_on
    from versions
    where place = 1

)

select
    first_states.employee_key,
    coalesce(workplaces.workplace_unit_id, first_states.unit_id) as cluster_id,
    coalesce(first_states.position_type_code, '-') || '/' || coalesce(first_states.employment_status, '-') as stratum,
    cast(education.education_order as double) as education,
    cast(
        extract(year from first_states.valid_from) - extract(year from first_states.appointed_on)
        + (extract(month from first_states.valid_from) - extract(month from first_states.appointed_on)) / cast(12 as double)
        as double
    ) as tenure_years,
    cast(extract(year from first_states.valid_from) - first_states.birth_year as double) as age_years,
    cast(case when first_states.position_type_code = '1' then 1 else 0 end as double) as holds_structural_post,
    cast(case when first_states.position_type_code = '2' then 1 else 0 end as double) as holds_functional_post,
    cast(case when first_states.employment_status = 'PPPK' then 1 else 0 end as double) as works_by_contract,
    cast(case when units.is_service_unit then 1 else 0 end as double) as serves_citizens
from first_states
left join {{ ref('ref_education_level') }} as education
    on first_states.education_level_code = education.education_level_code
left join {{ ref('dim_unit') }} as units
    on
        first_states.unit_id = units.unit_id
        and first_states.valid_from >= units.valid_from
        and (units.valid_to is null or first_states.valid_from < units.valid_to)
left join {{ ref('int_impact__workplaces') }} as workplaces
    on
        first_states.unit_id = workplaces.unit_id
        and first_states.valid_from >= workplaces.valid_from
        and (workplaces.valid_to is null or first_states.valid_from < workplaces.valid_to)
