-- Offices of the city by the share of assessed levels that are below standard, now and a year ago; suppressed figures are left out.
with figures as (
    select
        unit_id,
        quarter,
        sum(n_assessed) as n_levels_assessed,
        sum(n_assessed * share_below_standard) / sum(n_assessed) as share_below_standard,
        sum(n_assessed * mean_gap) / sum(n_assessed) as mean_gap
    from competency_gap_by_unit
    where share_below_standard is not null
    group by unit_id, quarter
)
select
    units.unit_id,
    units.unit_name,
    units.unit_type,
    figures.n_levels_assessed,
    figures.mean_gap,
    figures.share_below_standard,
    figures.share_below_standard - before.share_below_standard as share_below_standard_change
from dim_unit as units
inner join figures
    on units.unit_id = figures.unit_id and figures.quarter = (select max(quarter) from competency_gap_by_unit)
left join figures as before on units.unit_id = before.unit_id and before.quarter = figures.quarter - interval 1 year
where units.is_current and units.depth = 1
order by figures.share_below_standard desc, units.unit_name
