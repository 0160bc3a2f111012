-- People in the nine boxes of performance and potential, by year.
select unit_id, year, box, n, in_talent_pool, is_suppressed, suppression_reason
from talent_box_by_unit
where {unit}
order by unit_id, year desc, box
