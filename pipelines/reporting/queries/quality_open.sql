-- Checks that did not pass in the newest delivery of their extract or in the last build, and how to mend what they found.
with newest as (select source, extract, max(delivery_on) as delivery_on from check_results where origin = 'delivery' group by all)
select results.source, results.extract, results.check_id, results.severity, results.status, results.n_failed, results.n_tested,
    results.how_to_resolve
from check_results as results
left join newest on results.source = newest.source and results.extract = newest.extract
where
    results.status in ('fail', 'warn', 'error')
    and (results.origin = 'refresh' or results.delivery_on = newest.delivery_on)
order by results.status, results.n_failed desc, results.check_id
limit 100
