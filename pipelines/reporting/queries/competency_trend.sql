-- The competency in the whole city, quarter by quarter.
select
    competency_code, quarter, n_employees, n_assessed, coverage, mean_required, mean_assessed, mean_gap, share_below_standard,
    is_suppressed, suppression_reason
from competency_gap_by_unit
where unit_id = (select mode(root_unit_id) from dim_unit where is_current) and {competency}
order by competency_code, quarter
