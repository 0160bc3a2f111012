with completions as (

    select
        participations.employee_key,
        participations.completed_on,
        cast({{ dbt.dateadd('month', 'rules.trained_months', 'participations.completed_on') }} as date) as counts_until,
        rules.rule_set,
        rules.valid_from,
        rules.valid_to
    from {{ ref('int_training__participations') }} as participations
    cross join {{ ref('rule_service_link') }} as rules
    where participations.is_completed

),

-- An inner join first: an engine that left joins on ranges may compare every employee with every completion.
trained as (

    select distinct
        staff.unit_id,
        staff.quarter,
        staff.employee_key
    from {{ ref('int_service__staff') }} as staff
    inner join completions
        on
            staff.employee_key = completions.employee_key
            and staff.state_on >= completions.completed_on
            and staff.state_on < completions.counts_until
            and staff.state_on >= completions.valid_from
            and (completions.valid_to is null or staff.state_on < completions.valid_to)

)

select
    staff.unit_id,
    staff.quarter,
    count(distinct staff.employee_key) as n_employees,
    case when min(staff.state_on) >= min(told.first_told_on) then count(distinct trained.employee_key) end as n_trained
from {{ ref('int_service__staff') }} as staff
left join trained
    on
        staff.unit_id = trained.unit_id
        and staff.quarter = trained.quarter
        and staff.employee_key = trained.employee_key
cross join {{ ref('int_training__told') }} as told
group by
    staff.unit_id,
    staff.quarter
