-- Offices by the share of the invitations to training that were declined, in the newest year that invited anybody.
select
    parts.unit_id,
    units.unit_name,
    parts.year,
    parts.n_invited,
    parts.n_declined,
    parts.decline_rate,
    parts.no_show_rate,
    parts.top_reason_group,
    parts.is_suppressed,
    parts.suppression_reason
from training_participation_by_unit as parts
inner join dim_unit as units on parts.unit_id = units.unit_id and units.is_current and units.depth = 1
where parts.year = (select max(year) from training_participation_by_unit where n_invited > 0)
order by parts.decline_rate desc nulls last, units.unit_name
