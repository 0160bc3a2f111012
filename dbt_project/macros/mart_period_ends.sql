{#
    The last day of each `period` (a column of dim_date: year or quarter) of which a state of the staff is known; of the running one,
    the day of the newest delivery.
#}
{% macro mart_period_ends(period) -%}
with as_of as (

    select as_of_on
    from {{ ref('int_refresh__as_of') }}

),

first_state as (

    select min(valid_from) as first_on
    from {{ ref('dim_employee') }}

),

period_ends as (

    select
        dates.{{ period }},
        max(dates.date_on) as state_on
    from {{ ref('dim_date') }} as dates
    cross join as_of
    where dates.date_on <= as_of.as_of_on
    group by dates.{{ period }}

)

select
    period_ends.{{ period }},
    period_ends.state_on,
    period_ends.state_on = as_of.as_of_on as is_now
from period_ends
cross join as_of
cross join first_state
where period_ends.state_on >= first_state.first_on
{%- endmacro %}
