select
    ancestors.year,
    ancestors.ancestor_unit_id as unit_id,
    count(*) as n_employees,
    sum(case when employees.employment_status = 'PNS' then 1 else 0 end) as n_pns,
    sum(case when employees.employment_status = 'PPPK' then 1 else 0 end) as n_pppk,
    sum(case when employees.n_completed > 0 then 1 else 0 end) as n_trained,
    count(employees.is_floor_reached) as n_with_floor,
    sum(case when employees.is_floor_reached then 1 else 0 end) as n_floor_reached,
    count(employees.is_ceiling_exceeded) as n_with_ceiling,
    sum(case when employees.is_ceiling_exceeded then 1 else 0 end) as n_ceiling_exceeded,
    cast(sum(employees.hours_jp) as decimal(18, 4)) as hours_jp,
    cast(
        sum(case when employees.is_ceiling_exceeded is not null then employees.hours_jp else 0 end) as decimal(18, 4)
    ) as hours_jp_with_ceiling,
    max(employees.floor_rule_set) as floor_rule_set,
    max(employees.ceiling_rule_set) as ceiling_rule_set
from {{ ref('int_training__employee_years') }} as employees
inner join {{ ref('int_training__unit_ancestors') }} as ancestors
    on
        employees.year = ancestors.year
        and employees.unit_id = ancestors.unit_id
group by
    ancestors.year,
    ancestors.ancestor_unit_id
