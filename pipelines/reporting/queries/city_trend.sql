-- Competence of the whole city, quarter by quarter, over all competencies.
select
    quarter,
    sum(n_assessed) as n_levels_assessed,
    sum(n_assessed * share_below_standard) / sum(n_assessed) as share_below_standard,
    sum(n_assessed * mean_gap) / sum(n_assessed) as mean_gap,
    sum(n_assessed) / nullif(sum(n_employees), 0) as coverage
from competency_gap_by_unit
where unit_id = (select mode(root_unit_id) from dim_unit where is_current) and share_below_standard is not null
group by quarter
order by quarter
