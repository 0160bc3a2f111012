-- Each extract: how fresh it is and what became of its rows.
select
    source,
    extract,
    count(*) as n_deliveries,
    max(delivery_on) filter (where status = 'accepted') as last_delivery_on,
    sum(rows_read) as rows_read,
    sum(rows_accepted) as rows_accepted,
    sum(rows_rejected) as rows_rejected,
    sum(rows_duplicate) as rows_duplicate,
    sum(rows_rejected) / nullif(sum(rows_read), 0) as share_rejected,
    count(*) filter (where status = 'blocked') as n_blocked,
    count(*) filter (where is_late) as n_late
from load_quality
group by source, extract
order by source, extract
