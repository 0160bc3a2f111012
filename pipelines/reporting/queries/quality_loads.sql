-- The newest deliveries.
select source, extract, delivery_on, rows_read, rows_accepted, rows_rejected, rows_duplicate, cells_coerced, is_late, status,
    status_reason
from load_quality
order by delivery_on desc, source, extract
limit 30
