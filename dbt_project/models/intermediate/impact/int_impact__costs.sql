{{ config(materialized='table') }}

with completions as (

    select
        participations.programme_id,
        participations.participation_key,
        participations.cost_idr,
        participations.hours_jp,
        participations.is_completed,
        participations.is_no_show,
        participations.is_attended,
        employees.employment_status,
        case when employees.employment_status = 'PNS' then substr(employees.rank_code, 1, 1) end as rank_group,
        row_number() over (
            partition by participations.participation_key
            order by
                case when employees.valid_from <= participations.invited_on then employees.valid_from end desc nulls last,
                employees.valid_from asc nulls last
        ) as preference
    from {{ ref('int_training__participations') }} as participations
    left join {{ ref('dim_employee') }} as employees
        on participations.employee_key = employees.employee_key

)

select
    completions.programme_id,
    sum(case when completions.is_completed then 1 else 0 end) as n_completed,
    sum(case when completions.is_attended then 1 else 0 end) as n_attended,
    sum(case when completions.is_no_show then 1 else 0 end) as n_no_show,
    cast(
        sum(coalesce(completions.cost_idr, 0))
        + sum(
            case when completions.is_completed
                then {{ mart_half_up_scaled('cast(coalesce(wages.wage_idr, 0) * coalesce(completions.hours_jp, 0) * 10000 as bigint)', '10000', 0) }}
            else 0 end
        ) as bigint
    ) as cost_total
from completions
left join {{ rules_in_force_now('rule_impact_wage') }} as wages
    on
        completions.employment_status = wages.employment_status
        and coalesce(completions.rank_group, '') = coalesce(wages.rank_group, '')
where completions.preference = 1
group by completions.programme_id
