-- What the newest day of loading brought.
select
    cast(loaded_at as date) as delivery_on,
    count(*) as n_deliveries,
    sum(rows_read) as rows_read,
    sum(rows_accepted) as rows_accepted,
    sum(rows_rejected) as rows_rejected,
    sum(rows_duplicate) as rows_duplicate,
    count(*) filter (where status = 'blocked') as n_blocked,
    count(*) filter (where is_late) as n_late
from load_quality
where cast(loaded_at as date) = (select max(cast(loaded_at as date)) from load_quality)
group by 1
