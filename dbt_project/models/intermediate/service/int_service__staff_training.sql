with completions as (

    select
        participations.employee_key,
        participations.ended_on,
        cast({{ dbt.dateadd('month', 'rules.trained_months', 'participations.ended_on') }} as date) as counts_until,
        rules.rule_set,
        rules.valid_from,
        rules.valid_to
    from {{ ref('fct_training_participation') }} as participations
    cross join {{ ref('rule_service_link') }} as rules
    where
        participations.status = 'COMPLETED'
        and participations.ended_on is not null

)

select
    staff.unit_id,
    staff.quarter,
    count(distinct staff.employee_key) as n_employees,
    count(distinct completions.employee_key) as n_trained
from {{ ref('int_service__staff') }} as staff
left join completions
    on
        staff.employee_key = completions.employee_key
        and staff.state_on >= completions.ended_on
        and staff.state_on < completions.counts_until
        and staff.state_on >= completions.valid_from
        and (completions.valid_to is null or staff.state_on < completions.valid_to)
group by
    staff.unit_id,
    staff.quarter
