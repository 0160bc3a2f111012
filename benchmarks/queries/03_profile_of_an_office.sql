-- The largest office and all below it: every competency in the newest quarter, one column each.
pivot (
    select
        units.unit_name,
        gaps.competency_code,
        gaps.mean_gap
    from competency_gap_by_unit as gaps
    inner join dim_unit as units
        on gaps.unit_id = units.unit_id and units.is_current
    where
        gaps.quarter = (select max(quarter) from competency_gap_by_unit)
        and split_part(units.path, '/', 2) = (
            select split_part(path, '/', 2)
            from dim_unit
            where is_current and depth > 0
            group by 1
            order by count(*) desc, 1
            limit 1
        )
)
on competency_code
using first(mean_gap)
group by unit_name
order by unit_name
