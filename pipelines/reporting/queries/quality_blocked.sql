-- Deliveries that were not let in; what was in force before is still in force.
select source, extract, delivery_on, rows_read, status_reason
from load_quality
where status = 'blocked'
order by delivery_on desc, source, extract
