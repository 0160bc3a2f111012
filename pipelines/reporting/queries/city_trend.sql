-- Competence of the whole city, quarter by quarter, over all competencies; coverage counts those too of which nobody was assessed.
select
    quarter,
    sum(n_assessed) filter (where share_below_standard is not null) as n_levels_assessed,
    sum(n_assessed * share_below_standard) / sum(n_assessed) filter (where share_below_standard is not null) as share_below_standard,
    sum(n_assessed * mean_gap) filter (where share_below_standard is not null)
    / sum(n_assessed) filter (where share_below_standard is not null) as mean_gap,
    sum(n_assessed) / nullif(sum(n_employees) filter (where n_assessed is not null), 0) as coverage
from competency_gap_by_unit
where unit_id = (select mode(root_unit_id) from dim_unit where is_current)
group by quarter
order by quarter
