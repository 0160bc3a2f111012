with as_of as (

    select as_of_on
    from {{ ref('int_refresh__as_of') }}

),

first_state as (

    select min(valid_from) as first_on
    from {{ ref('dim_employee') }}

),

years_of_facts as (

    select cast(extract(year from invited_on) as integer) as year
    from {{ ref('fct_training_participation') }}
    union
    select cast(extract(year from coalesce(ended_on, started_on, invited_on)) as integer) as year
    from {{ ref('fct_training_participation') }}
    union
    select year
    from {{ ref('fct_training_budget') }}
    union
    select dates.year
    from {{ ref('dim_date') }} as dates
    cross join as_of
    cross join first_state
    where
        dates.date_on <= as_of.as_of_on
        and dates.date_on >= first_state.first_on

),

calendar_years as (

    select
        year,
        min(date_on) as starts_on,
        max(date_on) as ends_on
    from {{ ref('dim_date') }}
    group by year

)

select
    years.year,
    years.starts_on,
    case when years.ends_on < as_of.as_of_on then years.ends_on else as_of.as_of_on end as state_on,
    years.starts_on <= as_of.as_of_on and as_of.as_of_on <= years.ends_on as is_now,
    coalesce(years.ends_on >= first_state.first_on, false) as has_staff_state,
    coalesce(years.ends_on >= first_state.first_on and years.starts_on <= as_of.as_of_on, false) as is_staffed,
    coalesce(
        years.ends_on < trainings_told.first_told_on or as_of.as_of_on < trainings_told.first_told_on,
        true
    ) as is_before_trainings
from calendar_years as years
inner join years_of_facts
    on years.year = years_of_facts.year
cross join as_of
cross join first_state
cross join {{ ref('int_training__told') }} as trainings_told
