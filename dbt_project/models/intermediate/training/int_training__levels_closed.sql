with trained as (

    select
        participations.employee_key,
        taught.competency_code,
        participations.credited_year as year,
        min(participations.completed_on) as trained_on
    from {{ ref('int_training__participations') }} as participations
    inner join {{ ref('int_training__programme_competencies') }} as taught
        on participations.programme_id = taught.programme_id
    where participations.is_completed
    group by
        participations.employee_key,
        taught.competency_code,
        participations.credited_year

),

measured as (

    select
        trained.employee_key,
        trained.competency_code,
        trained.year,
        later.unit_id,
        case
            when later.required_level > earlier.assessed_level then later.required_level - earlier.assessed_level else 0
        end as shortfall_before,
        case when later.gap > 0 then later.gap else 0 end as shortfall_after
    from trained
    inner join {{ ref('int_training__years') }} as years
        on trained.year = years.year
    inner join {{ ref('int_training__years') }} as years_before
        on trained.year = years_before.year + 1
    inner join {{ ref('int_competency__gaps_by_quarter') }} as later
        on
            trained.employee_key = later.employee_key
            and trained.competency_code = later.competency_code
            and years.state_on = later.state_on
    inner join {{ ref('int_competency__gaps_by_quarter') }} as earlier
        on
            trained.employee_key = earlier.employee_key
            and trained.competency_code = earlier.competency_code
            and years_before.state_on = earlier.state_on
    where
        later.gap is not null
        and later.assessed_on > trained.trained_on
        and earlier.assessed_level is not null
        and earlier.valid_until >= earlier.state_on

)

select
    employee_key,
    competency_code,
    year,
    unit_id,
    shortfall_before - shortfall_after as levels_closed
from measured
