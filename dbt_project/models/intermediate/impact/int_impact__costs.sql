{{ config(materialized='table') }}

with placed as (

    select
        participations.*,
        employees.employment_status as status_then,
        case when employees.employment_status = 'PNS' then substr(employees.rank_code, 1, 1) end as rank_group,
        row_number() over (
            partition by participations.participation_key
            order by
                case
                    when employees.valid_from <= participations.invited_on then employees.valid_from
                end desc nulls last,
                employees.valid_from asc nulls last
        ) as preference
    from {{ ref('int_training__participations') }} as participations
    left join {{ ref('dim_employee') }} as employees
        on participations.employee_key = employees.employee_key

),

{# Hours have four decimals; a wage is counted in whole rupiah. #}
paid as (

    select
        placed.*,
        case
            when placed.is_completed
                then
                    {{ mart_half_up_scaled(
                        'cast(coalesce(wages.wage_idr, 0) * coalesce(placed.hours_jp, 0) * 10000 as bigint)', '10000', 0
                    ) }}
            else 0
        end as wages_idr
    from placed
    left join {{ rules_in_force_now('rule_impact_wage') }} as wages
        on
            placed.status_then = wages.employment_status
            and coalesce(placed.rank_group, '') = coalesce(wages.rank_group, '')
    where placed.preference = 1

)

select
    programme_id,
    sum(case when is_completed then 1 else 0 end) as n_completed,
    cast(sum(coalesce(cost_idr, 0)) + sum(wages_idr) as bigint) as cost_total
from paid
group by programme_id
