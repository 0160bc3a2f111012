with as_of as (

    select as_of_on
    from {{ ref('int_refresh__as_of') }}

),

first_state as (

    select min(valid_from) as first_on
    from {{ ref('dim_employee') }}

),

quarter_ends as (

    select
        dates.quarter,
        max(dates.date_on) as state_on
    from {{ ref('dim_date') }} as dates
    cross join as_of
    where dates.date_on <= as_of.as_of_on
    group by dates.quarter

)

select
    quarter_ends.quarter,
    quarter_ends.state_on,
    quarter_ends.state_on = as_of.as_of_on as is_now
from quarter_ends
cross join as_of
cross join first_state
where quarter_ends.state_on >= first_state.first_on
