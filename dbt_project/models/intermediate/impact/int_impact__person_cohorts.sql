{{ config(materialized='table') }}

with outcomes as (

    select distinct
        outcome,
        n_periods
    from {{ ref('int_impact__periods') }}

),

reached as (

    select
        trainings.employee_key,
        trainings.programme_id,
        trainings.completed_on,
        trainings.censored_on,
        outcomes.outcome,
        outcomes.n_periods,
        min(
            case when trainings.completed_on < periods.last_measured_on then periods.period_number end
        ) as period_number,
        min(
            case when trainings.censored_on <= periods.last_measured_on then periods.period_number end
        ) as censored_period
    from {{ ref('int_impact__first_trainings') }} as trainings
    cross join outcomes
    inner join {{ ref('int_impact__periods') }} as periods
        on outcomes.outcome = periods.outcome
    where trainings.programme_id is not null
    group by
        trainings.employee_key,
        trainings.programme_id,
        trainings.completed_on,
        trainings.censored_on,
        outcomes.outcome,
        outcomes.n_periods

),

measured as (

    select
        outcome,
        employee_key,
        quarter,
        max(measured_on) as measured_on
    from {{ ref('int_impact__series') }}
    group by outcome, employee_key, quarter

)

{# Whoever was measured in that period on or before the last day of the course is treated from the next one on. #}
select
    reached.employee_key,
    reached.outcome,
    reached.programme_id,
    coalesce(
        reached.period_number
        + case when measured.measured_on <= reached.completed_on then 1 else 0 end,
        reached.n_periods + 1
    ) as first_treated,
    reached.censored_period
from reached
left join {{ ref('int_impact__periods') }} as periods
    on
        reached.outcome = periods.outcome
        and reached.period_number = periods.period_number
left join measured
    on
        reached.outcome = measured.outcome
        and reached.employee_key = measured.employee_key
        and periods.quarter = measured.quarter
