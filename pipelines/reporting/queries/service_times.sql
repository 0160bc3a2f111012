-- How long services took in the newest quarter with a known time, the service that keeps its standard least often first.
select
    times.unit_id,
    units.unit_name,
    times.service_name,
    times.n_requests,
    times.n_finished,
    times.median_working_days,
    times.p90_working_days,
    times.standard_working_days,
    times.share_within_standard,
    times.is_suppressed,
    times.suppression_reason
from service_times as times
inner join dim_unit as units on times.unit_id = units.unit_id and units.is_current
where times.quarter = (select max(quarter) from service_times where median_working_days is not null)
order by times.share_within_standard nulls last, times.median_working_days desc nulls last, units.unit_name, times.service_name
