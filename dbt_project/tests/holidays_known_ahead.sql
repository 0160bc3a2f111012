{#
    What it is: the day, holiday_notice_days after the newest delivery, whose year has no movable holidays in ref_holiday.
    When it matters: when that year begins; from then on working days, and the service levels reckoned in them, are empty.
    How to resolve it: add the holidays of the year, as the joint decree of the three ministers names them, to ref_holiday.csv.
    Who mends it: BKPSDM.
#}
select
    newest.as_of_on,
    dates.date_on as unknown_on
from {{ ref('int_refresh__as_of') }} as newest
inner join {{ ref('dim_date') }} as dates
    on
        dates.date_on = {{ dbt.dateadd('day', var('holiday_notice_days'), 'newest.as_of_on') }}
        and not dates.has_known_holidays
