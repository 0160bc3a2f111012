{{ config(materialized='table') }}

with quarters as (

    select
        date_on,
        quarter
    from {{ ref('dim_date') }}

),

assessed as (

    select
        periods.employee_key,
        periods.competency_code,
        quarters.quarter,
        periods.assessed_on,
        periods.assessed_level,
        row_number() over (
            partition by periods.employee_key, periods.competency_code, quarters.quarter
            order by periods.assessed_on desc nulls last
        ) as recency
    from {{ ref('int_competency__assessed_periods') }} as periods
    inner join quarters
        on periods.assessed_on = quarters.date_on

),

levels as (

    select
        assessed.*,
        count(*) over (partition by assessed.employee_key, assessed.competency_code) as n_measured
    from assessed
    where assessed.recency = 1

),

rated as (

    select
        appraisals.employee_key,
        quarters.quarter,
        appraisals.period_end_on,
        case when appraisals.work_rating = rules.best_rating then 1 else 0 end as work_above,
        case when appraisals.behaviour_rating = rules.best_rating then 1 else 0 end as behaviour_above,
        row_number() over (
            partition by appraisals.employee_key, quarters.quarter
            order by
                appraisals.rated_at desc nulls last,
                appraisals.appraisal_key asc nulls last
        ) as recency
    from {{ ref('int_people__appraisals') }} as appraisals
    inner join quarters
        on appraisals.period_end_on = quarters.date_on
    cross join {{ rules_in_force_now('rule_impact_specification') }} as rules
    where
        appraisals.is_counted
        and appraisals.period_kind = 'quarter'

)

select
    'competence' as outcome,
    employee_key,
    competency_code,
    quarter,
    assessed_on as measured_on,
    cast(assessed_level as double) as measured
from levels
where n_measured > 1
union all
select
    'work_rating' as outcome,
    employee_key,
    null as competency_code,
    quarter,
    period_end_on as measured_on,
    cast(work_above as double) as measured
from rated
where recency = 1
union all
select
    'behaviour_rating' as outcome,
    employee_key,
    null as competency_code,
    quarter,
    period_end_on as measured_on,
    cast(behaviour_above as double) as measured
from rated
where recency = 1
