{% set first_on = "cast('" ~ var('calendar_first_on') ~ "' as date)" %}
{% set last_on = "cast('" ~ var('calendar_last_on') ~ "' as date)" %}

with calendar_days as (

    {{ dbt.date_spine('day', first_on, dbt.dateadd('day', 1, last_on)) }}

),

days as (

    select cast(date_day as date) as date_on
    from calendar_days

),

holidays as (

    select
        holiday_on,
        max(case when kind = 'national' then 1 else 0 end) = 1 as is_national_holiday,
        max(case when kind = 'collective_leave' then 1 else 0 end) = 1 as is_collective_leave,
        coalesce(
            min(case when kind = 'national' then name_id end),
            min(name_id)
        ) as holiday_name_id
    from {{ ref('ref_holiday') }}
    group by holiday_on

),

{#
    A holiday whose day of the year changes hangs on the moon, on Easter or on a decree. A year of which the seed holds none of these has its
    holidays of a fixed date alone: its working days cannot be counted.
#}
movable_holidays as (

    select name_id
    from {{ ref('ref_holiday') }}
    group by name_id
    having count(distinct 100 * extract(month from holiday_on) + extract(day from holiday_on)) > 1

),

known_years as (

    select distinct cast(extract(year from dated_holidays.holiday_on) as integer) as year
    from {{ ref('ref_holiday') }} as dated_holidays
    inner join movable_holidays
        on dated_holidays.name_id = movable_holidays.name_id

),

days_with_holidays as (

    select
        days.date_on,
        {{ iso_weekday('days.date_on') }} as iso_weekday,
        coalesce(holidays.is_national_holiday, false) as is_national_holiday,
        coalesce(holidays.is_collective_leave, false) as is_collective_leave,
        holidays.holiday_name_id,
        known_years.year is not null as has_known_holidays
    from days
    left join holidays
        on days.date_on = holidays.holiday_on
    left join known_years
        on cast(extract(year from days.date_on) as integer) = known_years.year

),

days_judged as (

    select
        date_on,
        iso_weekday,
        is_national_holiday,
        is_collective_leave,
        holiday_name_id,
        has_known_holidays,
        iso_weekday >= 6 as is_weekend,
        iso_weekday < 6 and not is_national_holiday and not is_collective_leave as is_working_day
    from days_with_holidays

)

select
    date_on,
    cast(extract(year from date_on) as integer) as year,
    cast({{ dbt.date_trunc('quarter', 'date_on') }} as date) as quarter,
    cast(extract(month from date_on) as integer) as month,
    iso_weekday,
    is_weekend,
    is_national_holiday,
    is_collective_leave,
    is_working_day,
    cast(
        sum(case when is_working_day then 1 else 0 end) over (
            order by date_on asc nulls last
            rows between unbounded preceding and current row
        ) as integer
    ) as working_day_number,
    holiday_name_id,
    has_known_holidays,
    cast(
        sum(case when has_known_holidays then 0 else 1 end) over (
            order by date_on asc nulls last
            rows between unbounded preceding and current row
        ) as integer
    ) as unknown_day_number
from days_judged
