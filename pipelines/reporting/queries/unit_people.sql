-- Index of professionalism by year, with its four parts.
select
    unit_id, year, n, n_scored, mean_qualification, mean_competence, mean_performance, mean_discipline, total, category, is_suppressed,
    suppression_reason
from professionalism_index_by_unit
where {unit}
order by unit_id, year desc
