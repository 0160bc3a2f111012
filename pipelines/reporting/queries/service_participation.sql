-- How citizens take part, unit by unit, in the newest quarter.
select
    parts.unit_id,
    units.unit_name,
    parts.n_reports,
    parts.share_aspirations,
    parts.share_information_requests,
    parts.return_of_feedback,
    parts.n_responses,
    parts.reports_per_1000_residents,
    parts.is_suppressed,
    parts.suppression_reason
from citizen_participation as parts
inner join dim_unit as units on parts.unit_id = units.unit_id and units.is_current
where parts.quarter = (select max(quarter) from citizen_participation where n_reports is not null)
order by parts.n_reports desc nulls last, units.unit_name
