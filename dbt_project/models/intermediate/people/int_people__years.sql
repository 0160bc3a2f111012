with as_of as (

    select as_of_on
    from {{ ref('int_refresh__as_of') }}

),

first_state as (

    select min(valid_from) as first_on
    from {{ ref('dim_employee') }}

),

year_ends as (

    select
        dates.year,
        max(dates.date_on) as state_on
    from {{ ref('dim_date') }} as dates
    cross join as_of
    where dates.date_on <= as_of.as_of_on
    group by dates.year

)

select
    year_ends.year,
    year_ends.state_on,
    year_ends.state_on = as_of.as_of_on as is_now
from year_ends
cross join as_of
cross join first_state
where year_ends.state_on >= first_state.first_on
